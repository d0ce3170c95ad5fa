/**
 * Diverse double compilation of GCC 3.4.6, as ddc-tinycc.ts does it for TinyCC. Only the first GCC, `gcc-3-1`, is built
 * by another compiler, TinyCC. Here the host's compiler builds it, and then all that stage 1 builds with it is built
 * again, by the same steps. If the outcome equals stage 1's bit for bit, then stage 1's GCC holds nothing that its
 * source does not, unless TinyCC and the host's compiler were subverted in the same way.
 */
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { argumentOf, type Lock, type LockedStep, packageNamed } from "../modules/core/src/index.ts";
import { buildOver, type Comparison, compareTrees, inNewFolder, readLock } from "./ddc-build.ts";
import { hostCompilers } from "./ddc-tinycc.ts";
import { fetchSources, type Tree } from "./home.ts";

const execute = promisify(execFile);

/** The host's compiler as GCC's configure takes it. What it makes must run where there is no library. */
const COMPILER = "gcc -m32 -static";

/** What stage 1 builds with its first GCC. */
const CHILDREN = ["musl-i386", "binutils-i386", "gcc-3-2"];

/** Whether this machine has what it takes. */
export const canBuildGcc = async (): Promise<boolean> =>
  (await hostCompilers()).some((compiler) => compiler.join(" ") === "gcc -m32");

/** Builds the first GCC by the host's compiler, and by that what stage 1 builds with it. */
export const compareGcc3 = async (): Promise<Comparison[]> => compareTrees(await buildByHost(CHILDREN));

/** The tree of the GCC that the host's compiler built. @returns its path */
export const hostBuiltGcc = async (): Promise<string> =>
  (await buildByHost(["gcc-3-1"])).map(({ path }) => path).join();

/**
 * Builds packages by a `gcc-3-1` whose programs the host's compiler made, by the package's own steps. The rest of
 * these steps, libgcc and the installation, is done in the sandbox as ever, with the folders of the host's build.
 */
async function buildByHost(names: readonly string[]): Promise<Tree[]> {
  const cache = await fetchSources("gcc-3-1", "musl-i386");
  return inNewFolder(async (folder) => {
    const steps = await compileOnHost(readLock(), folder, cache);
    return buildOver({ name: "gcc-3-1", folder, members: ["source", "build"], into: "/build", steps }, names);
  });
}

/** Does the steps of the GCC up to its programs, in `folder` in place of `/build`. @returns the steps that are left */
async function compileOnHost(lock: Lock, folder: string, cache: string): Promise<LockedStep[]> {
  const locked = packageNamed(lock, "gcc-3-1");
  const configured = locked.steps.findIndex(({ argv }) => argv.includes("configure-gcc")) + 1;
  const [compile, ...install] = locked.steps.slice(configured) as [LockedStep, ...LockedStep[]];

  for (const { file, sha256 } of locked.sources) copyFileSync(join(cache, sha256), join(folder, file));
  const path = join(folder, "bin");
  // The host's assembler and linker, for i386. GCC's configure looks for them by these names, in two places.
  const tools = { as: 'exec /usr/bin/as --32 "$@"', ld: 'exec /usr/bin/ld -m elf_i386 "$@"' };
  const build = join(folder, "build/gcc");
  programs(build, { as: tools.as, "collect-ld": tools.ld });
  // Neither makes manuals, whose sources are not in the archive.
  programs(path, { ...tools, makeinfo: "exit 1", perl: "exit 1" });

  const qsort = await compileQsort(lock, folder, cache);
  const native = { ...compile, argv: [...compile.argv, `LDFLAGS=-s ${qsort}`, "native", "xgcc", "cpp"] };
  for (const step of [...locked.steps.slice(0, configured), native]) await runOnHost(step, folder);
  for (const name of ["as", "collect-ld"]) rmSync(join(build, name));
  return [compile, ...install];
}

/**
 * Compiles musl's qsort. What GCC 3.4.6 writes depends on the order in which qsort leaves what compares as equal, and
 * glibc's leaves another one. @returns paths of the objects
 */
async function compileQsort(lock: Lock, folder: string, cache: string): Promise<string> {
  const musl = join(folder, "musl");
  mkdirSync(musl);
  const archive = packageNamed(lock, "musl-i386").sources.find(({ file }) => file.endsWith(".tar.gz"));
  const unpack = ["-x", "-f", join(cache, archive?.sha256 ?? ""), "-C", musl, "--strip-components=1"];
  await execute("tar", unpack);
  // All that these files need of musl's own headers.
  writeFileSync(join(musl, "atomic.h"), "#define a_ctz_l __builtin_ctzl\n");
  const [command, ...options] = COMPILER.split(" ") as [string, ...string[]];
  const flags = ["-w", "-O1", "-I.", "-Dweak_alias(old,new)=", "-c"];
  await execute(command, [...options, ...flags, "src/stdlib/qsort.c", "src/stdlib/qsort_nr.c"], {
    cwd: musl,
  });
  return `${musl}/qsort.o ${musl}/qsort_nr.o`;
}

/** Runs a step in `folder` in place of `/build`, with programs of the host, and the compiler of the host. */
async function runOnHost({ argv, env = {}, cwd = "/build" }: LockedStep, folder: string): Promise<void> {
  const [program, ...args] = argv.map(argumentOf) as [string, ...string[]];
  await execute(program, args, {
    cwd: join(folder, cwd.replace("/build", ".")),
    env: { LC_ALL: "C", PATH: `${folder}/bin:/bin:/usr/bin`, ...env, ...(env.CC && { CC: COMPILER }) },
    maxBuffer: 1 << 26,
  });
}

/** Programs in a host's folder, as scripts for the shell. */
function programs(folder: string, commands: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, command] of Object.entries(commands))
    writeFileSync(join(folder, name), `#!/bin/sh\n${command}\n`, { mode: 0o755 });
}
