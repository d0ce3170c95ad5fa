/**
 * Definitions to lock. Pure: what it must know of the repository's files it asks of {@link ProjectFiles}.
 */
import { StagexError } from "./errors.ts";
import { closure } from "./graph.ts";
import { packageKey } from "./key.ts";
import {
  LOCK_VERSION,
  type Lock,
  type LockedPackage,
  type LockedPallet,
  type LockedSource,
  type LockedStep,
} from "./lock.ts";
import type { Package, Pallet, RecipeContext, Source, Stage, Step } from "./package.ts";
import { linesOf } from "./steps.ts";

/** 2026-01-01T00:00:00Z: after the oldest date that zip can hold, and the same for all outputs. */
export const SOURCE_DATE_EPOCH = 1_767_225_600;

/** All that a step sees in its environment unless it declares more. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  HOME: "/build",
  LC_ALL: "C",
  PATH: "/usr/bin:/bin",
  SOURCE_DATE_EPOCH: String(SOURCE_DATE_EPOCH),
  TMPDIR: "/tmp",
  TZ: "UTC0",
};

/** The repository's own files, for `files` and `seeds`. Paths are relative to the root, with `/`. */
export interface ProjectFiles {
  /** Paths that match a glob below `directory`, relative to it. */
  match(directory: string, glob: string): readonly string[];
  /** Hash and size in bytes of one file. */
  describe(path: string): { sha256: string; size: number };
}

export interface Definitions {
  readonly stages: readonly Stage[];
  readonly pallets: readonly Pallet[];
}

/**
 * Resolves definitions into a lock. A tree or image pinned in `previous` is kept exactly where all that
 * decides it is unchanged; elsewhere it is null until it is pinned again.
 *
 * @throws StagexError of kind `lock` for duplicate names, cycles, a stage that reaches up, a package of no
 * stage, or files that are not there.
 */
export function resolve(definitions: Definitions, files: ProjectFiles, previous?: Lock): Lock {
  const stageOf = indexPackages(definitions.stages);
  const lock: Lock = {
    stagex: LOCK_VERSION,
    epoch: SOURCE_DATE_EPOCH,
    environment: { ...ENVIRONMENT },
    packages: {},
    pallets: {},
  };
  for (const [definition, stage] of stageOf) {
    for (const need of definition.needs ?? []) checkNeed(definition, stage, need, stageOf.get(need));
    lock.packages[definition.name] = lockPackage(definition, stage, files);
  }
  for (const definition of definitions.pallets) {
    if (lock.pallets[definition.name]) throw duplicate("pallet", definition.name);
    for (const need of definition.packages) {
      if (!stageOf.has(need)) throw homeless(`pallet ${definition.name}`, need.name);
    }
    lock.pallets[definition.name] = lockPallet(definition);
  }
  for (const name of closure(lock, Object.keys(lock.packages))) {
    repin(lock, name, previous?.packages[name]);
  }
  for (const [name, pallet] of Object.entries(lock.pallets)) {
    const before = previous?.pallets[name];
    if (before && previous && palletKey(lock, pallet) === palletKey(previous, before))
      pallet.image = before.image;
  }
  return lock;
}

/**
 * The lock with other trees for some packages (null unpins). Packages above whose key changes by it lose
 * their pin, as do the pallets that hold them; one whose key is again what it is in `previous` gets the tree
 * that it has there.
 */
export function pinTrees(lock: Lock, trees: ReadonlyMap<string, string | null>, previous: Lock = lock): Lock {
  const pinned = structuredClone(lock);
  for (const name of closure(pinned, Object.keys(pinned.packages))) {
    const locked = pinned.packages[name] as LockedPackage;
    repin(pinned, name, previous.packages[name]);
    if (trees.has(name)) locked.tree = trees.get(name) ?? null;
  }
  for (const [name, pallet] of Object.entries(pinned.pallets)) {
    const before = previous.pallets[name];
    const kept = before && palletKey(pinned, pallet) === palletKey(previous, before);
    pallet.image = kept ? before.image : null;
  }
  return pinned;
}

function repin(lock: Lock, name: string, before: LockedPackage | undefined): void {
  const locked = lock.packages[name] as LockedPackage;
  locked.key = packageKey(lock, locked);
  locked.tree = locked.key !== null && before?.key === locked.key ? before.tree : null;
}

/** All that decides a pallet's image, for comparison. */
function palletKey(lock: Lock, pallet: LockedPallet): string {
  const parts = pallet.packages.map((name) => {
    const { version, license, platform, tree } = lock.packages[name] as LockedPackage;
    return [name, version, license, platform, tree];
  });
  return JSON.stringify([lock.epoch, { ...pallet, image: null }, parts]);
}

function indexPackages(stages: readonly Stage[]): Map<Package, Stage> {
  const stageOf = new Map<Package, Stage>();
  const names = new Set<string>();
  for (const stage of stages) {
    for (const definition of stage.packages) {
      if (names.has(definition.name)) throw duplicate("package", definition.name);
      names.add(definition.name);
      stageOf.set(definition, stage);
    }
  }
  return stageOf;
}

function checkNeed(user: Package, stage: Stage, need: Package, needStage: Stage | undefined): void {
  if (!needStage) throw homeless(user.name, need.name);
  if (needStage.number <= stage.number) return;
  throw new StagexError("lock", {
    cannot: `resolve ${user.name}`,
    because: `it is of stage ${stage.number} and needs ${need.name} of stage ${needStage.number}`,
    remedy: "A stage uses itself and lower stages only: move one of the two, or need another package.",
  });
}

function lockPackage(definition: Package, stage: Stage, files: ProjectFiles): LockedPackage {
  const seeds = (definition.seeds ?? []).map(
    (path): LockedSource => ({ ...lockFile(stage, path, files), executable: true }),
  );
  const own = (definition.files ?? []).flatMap((glob) => expand(definition, stage, glob, files));
  const foreign = (definition.sources ?? []).map((one) => lockSource(definition, one));
  const sources = [...seeds, ...own, ...foreign].sort((a, b) => (a.file < b.file ? -1 : 1));
  const twice = sources.find((one, index) => one.file === sources[index + 1]?.file);
  if (twice) {
    throw new StagexError("lock", {
      cannot: `resolve ${definition.name}`,
      because: `two of its sources have the name ${twice.file} in /build`,
      remedy: "Give one of them another `file`.",
    });
  }
  const steps = stepsOf(definition, {
    name: definition.name,
    version: definition.version,
    sources: foreign.map((one) => one.file),
    files: own.map((one) => one.file).sort(),
  });
  const { platform = stage.platform } = definition;
  return {
    version: definition.version,
    stage: stage.number,
    platform,
    ...(platform !== stage.platform && { buildPlatform: stage.platform }),
    license: definition.license,
    summary: definition.summary,
    sources,
    inputs: (definition.needs ?? []).map((need) => need.name),
    steps: steps.map(lockStep),
    ...(definition.provides && { provides: [...definition.provides] }),
    ...(definition.generated && { generated: [...definition.generated] }),
    key: null,
    tree: null,
  };
}

const stepsOf = ({ build }: Package, context: RecipeContext): readonly Step[] =>
  typeof build === "function" ? build(context) : build;

function expand(definition: Package, stage: Stage, glob: string, files: ProjectFiles): LockedSource[] {
  const paths = files.match(stage.directory, glob);
  if (paths.length > 0) return paths.map((path) => lockFile(stage, path, files));
  throw new StagexError("lock", {
    cannot: `resolve ${definition.name}`,
    because: `no file matches ${stage.directory}/${glob}`,
    remedy: "Correct its `files`.",
  });
}

function lockFile(stage: Stage, path: string, files: ProjectFiles): LockedSource {
  const place = `${stage.directory}/${path}`;
  return { file: path, ...files.describe(place), from: [`project:${place}`] };
}

function lockSource(definition: Package, { sha256, size, file, from }: Source): LockedSource {
  const values = { name: definition.name, version: definition.version };
  const name = fill(file, values);
  return { file: name, sha256, size, from: from.map((place) => fill(place, { ...values, file: name })) };
}

const fill = (template: string, values: Record<string, string>): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);

const lockStep = ({ argv, env, cwd }: Step): LockedStep => ({
  argv: argv.map(linesOf),
  ...(env && { env: { ...env } }),
  ...(cwd && { cwd }),
});

const lockPallet = (definition: Pallet): LockedPallet => ({
  summary: definition.summary,
  packages: definition.packages.map((one) => one.name),
  ...(definition.entrypoint && { entrypoint: [...definition.entrypoint] }),
  ...(definition.cmd && { cmd: [...definition.cmd] }),
  ...(definition.env && { env: { ...definition.env } }),
  ...(definition.workdir && { workdir: definition.workdir }),
  ...(definition.labels && { labels: { ...definition.labels } }),
  image: null,
});

const duplicate = (kind: string, name: string) =>
  new StagexError("lock", {
    cannot: "resolve the definitions",
    because: `two ${kind}s have the name ${name}`,
    remedy: "Give one of them another name.",
  });

const homeless = (user: string, need: string) =>
  new StagexError("lock", {
    cannot: `resolve ${user}`,
    because: `it needs ${need}, which belongs to no stage`,
    remedy: `Add ${need} to the packages of its stage.`,
  });
