/**
 * scripts/equal [--stage N] [--with EXECUTOR,...] [--work FOLDER] [NAME...]
 *
 * Builds packages and pallets (default: all) from the seed with each executor that is there, and prints what
 * each gave: this machine's sandbox, a Dagger engine, Buildah. They are not told the digests of the lock. An engine
 * may use what it has built before.
 *
 * A run with a FOLDER keeps what it built there, so that one which was interrupted goes on.
 *
 * Exit status: 0 when all digests are equal and as pinned, 1 when one is not or a build fails, 2 for a wrong
 * command line.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { $ } from "zx";
import {
  closure,
  formatLock,
  type Lock,
  type LockedPackage,
  packagesOf,
  parseLock,
  pinTrees,
  projectPath,
  reasonOf,
  type Sha256,
  SOURCES_FOLDER,
  StagexError,
} from "../modules/core/src/index.ts";
import { buildahVersion, buildWithBuildah } from "./buildah.ts";
import { fetchSources } from "./home.ts";

const project = join(import.meta.dirname, "..");

/** Digests by name; those of images under `pallet NAME`. */
type Digests = ReadonlyMap<string, Sha256 | null>;

interface Wanted {
  /** Without pins, so that an executor tells what it gets. */
  readonly lock: Lock;
  /** Inputs before what uses them. */
  readonly packages: readonly string[];
  readonly pallets: readonly string[];
}

/** An executor builds in a copy of the project, and keeps what it needs below `home`. */
type Execute = (wanted: Wanted, copy: string, home: string) => Promise<Digests>;

const executors: Record<string, Execute> = {
  sandbox: (wanted, copy, home) => withStagex("sandbox", wanted, copy, home),
  dagger: (wanted, copy, home) => withStagex("dagger", wanted, copy, home),
  buildah: ({ lock, packages }, copy, home) => {
    rmSync(home, { recursive: true, force: true });
    return buildWithBuildah(lock, packages, copy, home);
  },
};

/** Executors that are not there, with the reason. */
function absent(): Map<string, string> {
  const { _EXPERIMENTAL_DAGGER_RUNNER_HOST: host, DAGGER_SESSION_PORT: session } = process.env;
  return new Map([
    ...(host || session ? [] : [["dagger", "_EXPERIMENTAL_DAGGER_RUNNER_HOST is not set"] as const]),
    ...(buildahVersion ? [] : [["buildah", "buildah or runc is not installed"] as const]),
  ]);
}

async function withStagex(executor: string, wanted: Wanted, copy: string, home: string): Promise<Digests> {
  cpSync(join(copy, SOURCES_FOLDER), join(home, "sources"), { recursive: true });
  const stagex = async (...args: string[]) => {
    const { stdout } = await $({ cwd: copy, quiet: true })`${join(project, "stagex")} ${[
      ...["--lock", join(copy, "stagex.lock"), "--home", home],
      ...[...args, "--json", "--executor", executor],
    ]}`;
    return JSON.parse(stdout);
  };
  const digests = new Map<string, Sha256>();
  const built = wanted.packages.length > 0 ? await stagex("build", ...wanted.packages) : { packages: [] };
  for (const { name, tree } of built.packages) digests.set(name, tree);
  for (const name of wanted.pallets) {
    const { image } = await stagex("build-pallet", "--name", name, "--output", join(home, "out", name));
    digests.set(palletKey(name), image);
  }
  return digests;
}

const palletKey = (name: string) => `pallet ${name}`;

/** What is named, or is of the stage, with all that it needs; else all. */
function choose(lock: Lock, names: readonly string[], stage: string | undefined): Wanted {
  const ofStage = (locked: LockedPackage | undefined) =>
    stage === undefined || String(locked?.stage) === stage;
  const all = Object.keys(lock.packages).filter((name) => ofStage(lock.packages[name]));
  const allPallets = Object.keys(lock.pallets).filter((name) =>
    lock.pallets[name]?.packages.every((part) => ofStage(lock.packages[part])),
  );
  const roots = names.length > 0 ? names.flatMap((name) => packagesOf(lock, name)) : all;
  const pallets = names.length > 0 ? names.filter((name) => name in lock.pallets) : allPallets;
  return { lock, packages: closure(lock, roots), pallets };
}

/** Copies what the packages are made of, with a lock that pins nothing. */
function copyProject({ lock, packages, pallets }: Wanted, sources: string, copy: string): Wanted {
  const all = packages.flatMap((name) => lock.packages[name]?.sources ?? []);
  for (const source of all) {
    const own = projectPath(source);
    const from = own ? join(project, own) : join(sources, source.sha256);
    const to = join(copy, own ?? join(SOURCES_FOLDER, source.sha256));
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to, { preserveTimestamps: true });
  }
  mkdirSync(join(copy, SOURCES_FOLDER), { recursive: true });
  const open = pinTrees(lock, new Map(Object.keys(lock.packages).map((name) => [name, null])));
  writeFileSync(join(copy, "stagex.lock"), formatLock(open));
  return { lock: open, packages, pallets };
}

/**
 * A line for each name: the digest where all have one, else what each executor and the lock have.
 *
 * @param found what each executor gave
 */
export function table(lock: Lock, names: readonly string[], found: ReadonlyMap<string, Digests>) {
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => {
    const pinned = lock.packages[name]?.tree ?? lock.pallets[name.replace(/^pallet /, "")]?.image ?? null;
    const given = [...found].flatMap(([who, digests]) =>
      digests.has(name) ? [[who, digests.get(name) ?? "none"] as const] : [],
    );
    const all = [...given, ...(pinned ? [["lock", pinned] as const] : [])];
    const equal = new Set(all.map(([, digest]) => digest)).size === 1;
    const text = equal
      ? `${name.padEnd(width)}  ${all[0]?.[1]}  ${all.map(([who]) => who).join(" = ")}`
      : [`${name.padEnd(width)}  DIFFERENT`, ...all.map(([who, digest]) => `  ${digest}  ${who}`)].join("\n");
    return { equal, text };
  });
  return { equal: lines.every(({ equal }) => equal), text: lines.map(({ text }) => text).join("\n") };
}

async function compare(names: string[], { stage, work, ...options }: Options): Promise<boolean> {
  const lock = parseLock(readFileSync(join(project, "stagex.lock"), "utf8"));
  const wanted = choose(lock, names, stage);
  const reasons = absent();
  const chosen = options.with?.split(",") ?? Object.keys(executors).filter((name) => !reasons.has(name));
  for (const [name, reason] of reasons) if (!chosen.includes(name)) console.log(`without ${name}: ${reason}`);

  const folder = work ? resolve(work) : mkdtempSync(join(tmpdir(), "equal-"));
  const copy = join(folder, "project");
  try {
    const open = copyProject(wanted, await fetchSources(...wanted.packages), copy);
    const found = new Map<string, Digests>();
    for (const name of chosen)
      found.set(name, await (executors[name] as Execute)(open, copy, join(folder, name)));
    const { equal, text } = table(lock, [...wanted.packages, ...wanted.pallets.map(palletKey)], found);
    console.log(text);
    return equal;
  } finally {
    if (!work) rmSync(folder, { recursive: true, force: true });
  }
}

interface Options {
  stage?: string | undefined;
  with?: string | undefined;
  work?: string | undefined;
}

const usage = `usage: scripts/equal [--stage N] [--with ${Object.keys(executors).join(",")}] [--work FOLDER] [NAME...]`;

function readCommandLine(): { values: Options; positionals: string[] } | undefined {
  try {
    const option = { type: "string" } as const;
    const { values, positionals } = parseArgs({
      options: { stage: option, with: option, work: option },
      allowPositionals: true,
    });
    const known = values.with?.split(",").every((name) => Object.hasOwn(executors, name)) ?? true;
    return known ? { values, positionals } : undefined;
  } catch {
    return undefined; // an option that is none: the usage tells
  }
}

async function main(): Promise<number> {
  const line = readCommandLine();
  if (!line) {
    console.error(usage);
    return 2;
  }
  try {
    return (await compare(line.positionals, line.values)) ? 0 : 1;
  } catch (error) {
    console.error(`equal: ${reasonOf(error)}`);
    return error instanceof StagexError && error.kind === "usage" ? 2 : 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main();
