/**
 * Diverse double compilation of GCC 3.4.6, as ddc.ts does it for TinyCC. Only the first GCC, `gcc-3-1`, is built by
 * another compiler, TinyCC. Here the host's compiler builds it, and then all that stage 1 builds with it is built
 * again, by the same steps. If the outcome equals stage 1's bit for bit, then stage 1's GCC holds nothing that its
 * source does not, unless TinyCC and the host's compiler were subverted in the same way.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  argumentOf,
  formatLock,
  type Lock,
  type LockedPackage,
  type LockedStep,
  parseLock,
  pinTrees,
} from "../modules/core/src/index.ts";
import { hostCompilers } from "./ddc.ts";
import { fetchSources } from "./sources.ts";

const execute = promisify(execFile);
const project = fileURLToPath(new URL("..", import.meta.url));

/** The host's compiler as GCC's configure takes it. What it makes must run where there is no library. */
const COMPILER = "gcc -m32 -static";

/** What stage 1 builds with its first GCC. */
const CHILDREN = ["musl-i386", "binutils-i386", "gcc-3-2"];

/** Whether this machine has what it takes. */
export const canBuildGcc = async (): Promise<boolean> =>
  (await hostCompilers()).some((compiler) => compiler.join(" ") === "gcc -m32");

/** A package's tree, by its sha256: as the lock pins it, and as it came out here. */
export interface Comparison {
  readonly name: string;
  readonly pinned: string | null;
  readonly built: string;
}

/** Builds the first GCC by the host's compiler, and by that what stage 1 builds with it. */
export async function compareGcc(): Promise<Comparison[]> {
  const lock = readLock();
  const trees = await inNewFolder(async (folder) => build(await hostLock(lock, folder), CHILDREN, folder));
  return trees.map(({ name, tree }) => ({ name, pinned: lock.packages[name]?.tree ?? null, built: tree }));
}

/** The tree of the GCC that the host's compiler built. @returns its path */
export const hostBuiltGcc = (): Promise<string> =>
  inNewFolder(async (folder) => {
    const [tree] = await build(await hostLock(readLock(), folder), ["gcc-3-1"], folder);
    return tree?.path ?? "";
  });

/**
 * The lock with another `gcc-3-1`: its programs are compiled here, on the host, by the package's own steps; the rest
 * of the steps is left for the sandbox, libgcc and the installation, where it finds the files of this build.
 */
async function hostLock(lock: Lock, folder: string): Promise<Lock> {
  const locked = lock.packages["gcc-3-1"] as LockedPackage;
  const configured = locked.steps.findIndex(({ argv }) => argv.includes("configure-gcc")) + 1;
  const [compile, ...rest] = locked.steps.slice(configured) as [LockedStep, ...LockedStep[]];
  const programs = { ...compile, argv: [...compile.argv, "native", "xgcc", "cpp"] };

  const store = await fetchSources("gcc-3-1");
  for (const { file, sha256 } of locked.sources) copyFileSync(join(store, sha256), join(folder, file));
  for (const step of [...locked.steps.slice(0, configured), programs]) await runOnHost(step, folder);

  const archive = join(folder, "host.tar");
  await execute("tar", ["-C", folder, "--owner=0", "--group=0", "-cf", archive, "source", "build"]);
  const content = readFileSync(archive);
  const sha256 = createHash("sha256").update(content).digest("hex");
  renameSync(archive, join(store, sha256));
  const hosted: LockedPackage = {
    ...locked,
    sources: [{ file: "host.tar", sha256, size: content.length, from: [] }],
    steps: [{ argv: ["/bin/tar", "-x", "-f", "host.tar"] }, compile, ...rest],
  };
  // Each package above has another key by it, and so no pinned tree.
  return pinTrees({ ...lock, packages: { ...lock.packages, "gcc-3-1": hosted } }, new Map());
}

/** Runs a step in `folder` in place of `/build`, with programs of the host, and the compiler of the host. */
async function runOnHost({ argv, env = {}, cwd = "/build" }: LockedStep, folder: string): Promise<void> {
  const [program, ...args] = argv.map(argumentOf) as [string, ...string[]];
  await execute(program, args, {
    cwd: join(folder, cwd.replace("/build", ".")),
    env: { LC_ALL: "C", PATH: `${folder}/bin:/usr/bin:/bin`, ...env, ...(env.CC && { CC: COMPILER }) },
    maxBuffer: 1 << 26,
  });
}

/** Builds packages of a lock. @returns their trees, in the same order */
async function build(lock: Lock, names: readonly string[], folder: string): Promise<Tree[]> {
  const path = join(folder, "stagex.lock");
  writeFileSync(path, formatLock(lock));
  symlinkSync(join(project, "stages"), join(folder, "stages"));
  const { stdout } = await execute(join(project, "stagex"), ["build", ...names, "--lock", path, "--json"]);
  return JSON.parse(stdout).packages;
}

interface Tree {
  readonly name: string;
  /** Its sha256. */
  readonly tree: string;
  readonly path: string;
}

const readLock = (): Lock => parseLock(readFileSync(join(project, "stagex.lock"), "utf8"));

/**
 * A folder whose `bin` holds what a GCC for i386 expects of its host: an assembler and a linker for i386, and no
 * program that would make manuals, whose sources are not in the archive.
 */
async function inNewFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "ddc-"));
  const program = (name: string, command: string) =>
    writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${command}\n`, { mode: 0o755 });
  try {
    mkdirSync(join(folder, "bin"));
    program("as", 'exec /usr/bin/as --32 "$@"');
    program("ld", 'exec /usr/bin/ld -m elf_i386 "$@"');
    for (const name of ["makeinfo", "perl"]) program(name, "exit 1");
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<number> {
  const comparisons = await compareGcc();
  for (const { name, pinned, built } of comparisons)
    console.log(
      `${name.padEnd(14)}${built}  ${built === pinned ? "identical" : `DIFFERENT: the lock has ${pinned}`}`,
    );
  return comparisons.every(({ pinned, built }) => built === pinned) ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main();
