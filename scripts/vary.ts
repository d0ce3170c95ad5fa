/**
 * Builds packages under conditions that must not matter, and compares the trees with each other and with the lock.
 * Each build begins with nothing but the package's sources and input trees, in a home folder of its own. A tree that is
 * as pinned goes into the store that lacks it, so that the packages above need not build it again.
 *
 * The order of directories varies with the file system: ext4 lists names by their hash, tmpfs from the newest to the
 * oldest. (Debian's disorderfs cannot take part: overlayfs does not accept it for the layer that a build writes to.)
 */
import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { argv } from "zx";
import {
  closure,
  type Lock,
  packageNamed,
  packagesOf,
  parseLock,
  reasonOf,
} from "../modules/core/src/index.ts";
import { stagexHome, type Tree, treesOf } from "./home.ts";

const execute = promisify(execFile);
const project = fileURLToPath(new URL("..", import.meta.url));
const stagex = join(project, "stagex");
const isRoot = process.getuid?.() === 0;

/** What a build may not depend on. */
interface Conditions {
  /** Names the conditions too. */
  readonly hostname: string;
  /** Where the home folder is made, and a name in it that makes its path long or odd. */
  readonly folder: string;
  readonly path: string;
  /** Another user than this one, where this one is root. */
  readonly uid: number;
  readonly umask: string;
  /** Processors, as a list of taskset(1). */
  readonly processors: string;
  /** How setarch(1) changes the address space or the kernel's name. */
  readonly personality: string;
  readonly environment: Readonly<Record<string, string>>;
}

const TMPFS_MAGIC = 0x01021994;
const SHARED_MEMORY = "/dev/shm";
const hasTmpfs = existsSync(SHARED_MEMORY) && statfsSync(SHARED_MEMORY).type === TMPFS_MAGIC;

export const CONDITIONS: readonly Conditions[] = [
  {
    hostname: "alpha",
    folder: tmpdir(),
    path: "a",
    uid: 12345,
    umask: "077",
    processors: "0",
    personality: "--addr-no-randomize",
    environment: { TZ: "Asia/Kathmandu", LANG: "de_DE.UTF-8", LC_ALL: "tr_TR.UTF-8", SOURCE_DATE_EPOCH: "1" },
  },
  {
    hostname: "beta",
    folder: hasTmpfs ? SHARED_MEMORY : tmpdir(),
    path: "a path with spaces/and a longer name",
    uid: 54321,
    umask: "002",
    processors: "0-1023",
    personality: "--uname-2.6",
    environment: {
      TZ: "America/St_Johns",
      LANG: "C",
      CPATH: "/usr/include",
      MAKEFLAGS: "-k",
      SHELL: "/bin/false",
    },
  },
];

/** What the builds of one package gave. */
export interface Outcome {
  readonly name: string;
  /** A tree's digest for each of the conditions, or what went wrong. */
  readonly trees: readonly string[];
  /** The lock's digest; null if it pins none. */
  readonly pinned: string | null;
  readonly equal: boolean;
}

/** The command line's global options, and where it keeps what it has. */
interface Place {
  readonly lockPath: string;
  readonly home: string;
}

const run = ({ lockPath, home }: Place, ...args: readonly string[]) =>
  execute(stagex, ["--lock", lockPath, "--home", home, ...args], { maxBuffer: 1 << 26 });

/** A single build can be compared with the lock alone. */
const isComparable = (pinned: string | null, conditions: readonly Conditions[]): boolean =>
  pinned !== null || conditions.length > 1;

/** Builds one package under each of the conditions; where it is only one, the lock's digest is all there is to compare. */
export async function vary(
  name: string,
  place: Place,
  conditions: readonly Conditions[] = CONDITIONS,
): Promise<Outcome> {
  const lock: Lock = parseLock(readFileSync(place.lockPath, "utf8"));
  const { inputs, tree: pinned } = packageNamed(lock, name);
  await run(place, "fetch", name);
  if (inputs.length > 0) await run(place, "build", ...inputs);
  const folder = mkdtempSync(join(tmpdir(), "vary-"));
  try {
    const cache = join(folder, "cache");
    if (inputs.length > 0) await run(place, "push-cache", cache, ...inputs);
    await execute("chmod", ["-R", "a+rX", folder]);
    const trees = await Promise.all(conditions.map((each) => buildUnder(each, name, lock, place, cache)));
    const equal =
      isComparable(pinned, conditions) &&
      trees.every((tree) => tree === (pinned ?? trees[0]) && /^[0-9a-f]{64}$/.test(tree));
    return { name, trees, pinned, equal };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function buildUnder(
  { hostname, folder, path, uid, umask, processors, personality, environment }: Conditions,
  name: string,
  lock: Lock,
  { lockPath, home }: Place,
  cache: string,
): Promise<string> {
  const top = mkdtempSync(join(folder, "vary-"));
  const own = join(top, path);
  mkdirSync(join(own, "sources"), { recursive: true });
  for (const { sha256 } of packageNamed(lock, name).sources)
    copyFileSync(join(home, "sources", sha256), join(own, "sources", sha256));
  await execute("chmod", ["-R", "u+rwX,a+rX", top]);
  if (isRoot) await execute("chown", ["-R", `${uid}:${uid}`, top]);

  const prepare = `echo ${hostname} >/proc/sys/kernel/hostname; umask ${umask}; exec "$@"`;
  const [program = "", ...args] = [
    ...["unshare", ...(isRoot ? [] : ["--map-root-user"]), "--uts", "sh", "-c", prepare, "sh"],
    ...(isRoot ? ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"] : []),
    ...["taskset", "--cpu-list", processors, "setarch", personality],
    ...[stagex, "--lock", lockPath, "--home", own],
    ...["build", name, "--cache", cache, "--offline", "--json"],
  ];
  const env = { PATH: process.env.PATH, HOME: top, STAGEX_PROJECT: project, ...environment };
  try {
    const { stdout } = await execute(program, args, { cwd: top, env, maxBuffer: 1 << 26 });
    const { tree } = treesOf([name], stdout)[0] as Tree;
    if (tree === lock.packages[name]?.tree && !existsSync(join(home, "store", "trees", tree))) {
      const kept = join(top, "kept");
      await run({ lockPath, home: own }, "push-cache", kept, name);
      await run({ lockPath, home }, "build", name, "--cache", kept, "--offline");
    }
    return tree;
  } catch (error) {
    return (error as { stderr?: string }).stderr?.trim() || String(error);
  } finally {
    // What the sandbox still removes may be gone when chmod looks at it.
    await execute("chmod", ["-R", "-f", "u+rwX", top]).catch(() => {});
    await execute("rm", ["-rf", top]);
  }
}

const usage = `Usage: scripts/vary [--under CONDITIONS] NAME... | --stage N | --all

Builds packages (of a pallet, of a stage, or all) twice: under other host names, users, paths, file systems, time zones,
locales, umasks, numbers of processors, kernel versions. Prints what differs, and exits with 1 if anything does.

--under ${CONDITIONS.map(({ hostname }) => hostname).join("|")}  build once, under these conditions, and compare with the lock's digest alone`;

async function main(): Promise<number> {
  if (argv.help) {
    console.log(usage);
    return 0;
  }
  const place = { lockPath: join(project, "stagex.lock"), home: stagexHome };
  const lock = parseLock(readFileSync(place.lockPath, "utf8"));
  const all = closure(lock, Object.keys(lock.packages));
  const chosen = argv.all
    ? all
    : argv.stage !== undefined
      ? all.filter((name) => lock.packages[name]?.stage === Number(argv.stage))
      : argv._.flatMap((name) => packagesOf(lock, name));
  const conditions = CONDITIONS.filter(({ hostname }) => argv.under === undefined || hostname === argv.under);
  if (chosen.length === 0 || conditions.length === 0) {
    console.error(usage);
    return 2;
  }
  const unpinned = chosen.filter((name) => !isComparable(packageNamed(lock, name).tree, conditions));
  if (unpinned.length > 0) {
    console.error(`vary: Cannot compare ${unpinned.join(", ")}: because the lock has no digest of it
Leave out --under, and it is built under all conditions.`);
    return 2;
  }
  if (!hasTmpfs) console.log(`not varied: the file system, since ${SHARED_MEMORY} is no tmpfs`);
  if (!isRoot) console.log("not varied: the user, since this one is not root");
  let different = 0;
  for (const name of chosen) {
    const { trees, pinned, equal } = await vary(name, place, conditions);
    console.log(
      `${equal ? "equal    " : "DIFFERENT"} ${name}${equal && pinned === null ? " (not pinned)" : ""}`,
    );
    if (equal) continue;
    different++;
    for (const tree of trees) console.log(tree.replace(/^/gm, "    "));
  }
  return different > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.exitCode = await main().catch((error: unknown) => {
    console.error(`vary: ${reasonOf(error)}`);
    return 2;
  });
