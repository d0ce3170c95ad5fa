/**
 * Turns locked packages into trees in the store: reuses what is there, takes what a cache has, lets an executor
 * build the rest, and accepts nothing that differs from the lock.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmdirSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  closure,
  joinFailures,
  keyOfInputs,
  type Lock,
  type LockedPackage,
  type LockedSource,
  type Outcome,
  reasonOf,
  type Sha256,
  StagexError,
  schedule,
} from "@stagex/core";
import type { SourceCache } from "@stagex/sources";
import { compareTrees, fetchTree, type Store } from "@stagex/store";
import { type Executor, type Limits, sandboxExecutor } from "./executor.ts";
import { type Measure, recordHistory } from "./history.ts";

/** Where a run keeps what outlives it, apart from the store and the sources. */
export interface Places {
  /** One log a package, of its last build. */
  readonly logs: string;
  /** Work folders of failed builds, one a package. */
  readonly failed: string;
  /** Times and memory of earlier builds. */
  readonly history: string;
}

export interface BuilderOptions {
  readonly lock: Lock;
  readonly store: Store;
  readonly sources: SourceCache;
  readonly places: Places;
  /** Places with trees packed by digest, asked in order. */
  readonly caches?: readonly string[];
  readonly jobs: number;
  readonly keepGoing?: boolean;
  /** Limits of one package in the sandbox. */
  readonly limits: Limits;
  /** Builds what is missing; by default the sandbox. */
  readonly executor?: Executor;
  readonly signal?: AbortSignal;
  /** A store to look for a pinned tree that a build fails to reproduce; by default the one built into. */
  readonly expected?: Store;
  /** Build even what a record of this store says was built from the same key. */
  readonly rebuild?: (name: string) => boolean;
  onEvent?(event: BuildEvent): void;
}

export type BuildEvent =
  /** The packages that are not at hand, inputs first; some may yet come from a cache. */
  | { type: "plan"; names: readonly string[] }
  | { type: "fetching"; file: string; received: number; total: number }
  | { type: "started"; name: string }
  | { type: "reused"; name: string; digest: Sha256 }
  | { type: "substituted"; name: string; digest: Sha256 }
  | { type: "built"; name: string; digest: Sha256; measure: Measure }
  /** A cache failed to give a tree; it is not asked again. */
  | { type: "refused"; name: string; cache: string; because: string }
  | { type: "failed"; name: string; error: unknown; kept: KeptFailure }
  /** It needs what failed, and the builder keeps going. */
  | { type: "skipped"; name: string };

/** Paths of what is kept of a failed build. */
export interface KeptFailure {
  readonly log: string;
  /** The log's last lines. */
  readonly logEnd: readonly string[];
  readonly work: string;
  /** The disk of the store has no room left, which may be the reason. */
  readonly diskFull: boolean;
}

/** A build gave another tree than the lock pins. Both are kept. */
export class UnexpectedTree extends StagexError {
  readonly package: string;
  /** Path of the tree that was built. */
  readonly tree: string;
  /** Where it differs from the pinned one, a line each. */
  readonly differences: readonly string[];

  constructor(name: string, because: string, tree: string, differences: readonly string[]) {
    super("build", {
      cannot: `build ${name}`,
      because,
      remedy: [
        `It is kept at ${tree}. It differs in:`,
        ...differences.map((line) => `  ${line}`),
        `If the change is meant, run \`stagex pin ${name}\`.`,
      ].join("\n"),
    });
    this.package = name;
    this.tree = tree;
    this.differences = differences;
  }
}

export class Builder {
  readonly #options: BuilderOptions;
  readonly #executor: Executor;
  readonly #measures = new Map<string, Measure>();
  readonly #refused = new Set<string>();

  constructor(options: BuilderOptions) {
    this.#options = options;
    this.#executor = options.executor ?? sandboxExecutor(options.lock, options.store, options.limits);
  }

  /** A builder with some options changed, such as another lock. */
  with(changes: Partial<BuilderOptions>): Builder {
    return new Builder({ ...this.#options, ...changes });
  }

  /**
   * Obtains the trees of `names`.
   *
   * @returns digests by package name, of `names` and of every package that had to be looked at for them
   * @throws StagexError for the first failure, or one that tells all of them where the builder keeps going
   */
  async build(names: readonly string[]): Promise<ReadonlyMap<string, Sha256>> {
    const { signal, places, keepGoing } = this.#options;
    await mkdir(places.logs, { recursive: true });
    const missing = this.missing(names);
    this.#executor.plan?.(missing);
    this.#emit({ type: "plan", names: missing });
    const outcome = await this.#run(names);
    await recordHistory(places.history, this.#measures);
    signal?.throwIfAborted();
    if (keepGoing) for (const name of outcome.skipped) this.#emit({ type: "skipped", name });
    const failures = [...outcome.failures.values()];
    if (failures.length > 0) throw joinFailures(failures, `build ${failures.length} packages`);
    return outcome.results;
  }

  /** The packages among `names` and below that the store lacks, inputs first. */
  missing(names: readonly string[]): string[] {
    const { lock, store, rebuild } = this.#options;
    const atHand = (name: string) => {
      const tree = lock.packages[name]?.tree;
      return !!tree && !rebuild?.(name) && store.has(tree);
    };
    return closure(lock, names, atHand);
  }

  #run(names: readonly string[]): Promise<Outcome<Sha256>> {
    const { lock, jobs, keepGoing, signal } = this.#options;
    return schedule<Sha256>(names, {
      inputs: (name) => this.#locked(name).inputs,
      find: (name) => this.#find(name),
      build: (name, inputs) => this.#buildOnce(name, keyOfInputs(lock, this.#locked(name), inputs), inputs),
      jobs,
      keepGoing: keepGoing ?? false,
      ...(signal && { signal }),
    });
  }

  /** A pinned tree that the store or a cache has. Its inputs are of no interest then. */
  async #find(name: string): Promise<Sha256 | undefined> {
    const { store, caches = [], rebuild, signal } = this.#options;
    const { tree } = this.#locked(name);
    if (!tree || rebuild?.(name)) return undefined;
    if (store.has(tree)) {
      this.#emit({ type: "reused", name, digest: tree });
      return tree;
    }
    for (const cache of caches) {
      if (this.#refused.has(cache)) continue;
      try {
        if (!(await fetchTree(cache, tree, store, signal ? { signal } : {}))) continue;
        this.#emit({ type: "substituted", name, digest: tree });
        return tree;
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof StagexError && error.kind === "machine") throw error;
        this.#refused.add(cache);
        const because = error instanceof StagexError ? error.because : reasonOf(error);
        this.#emit({ type: "refused", name, cache, because });
      }
    }
    return undefined;
  }

  /** Builds under a lock of the store, so that of two processes one builds and the other finds the record. */
  #buildOnce(name: string, key: Sha256, inputs: readonly Sha256[]): Promise<Sha256> {
    const { store, signal } = this.#options;
    return store.withLock(key, signal, async () => {
      const known = this.#recall(name, key);
      if (known === undefined) return this.#buildNow(name, key, inputs);
      this.#emit({ type: "reused", name, digest: known });
      return known;
    });
  }

  /** The tree that an earlier build of this key gave. If the lock pins another one, a new build has to tell. */
  #recall(name: string, key: Sha256): Sha256 | undefined {
    const { store, rebuild } = this.#options;
    if (rebuild?.(name)) return undefined;
    const known = store.recall(key);
    const pinned = this.#locked(name).tree;
    return known && known === (pinned ?? known) && store.has(known) ? known : undefined;
  }

  async #buildNow(name: string, key: Sha256, inputs: readonly Sha256[]): Promise<Sha256> {
    const { lock, store, signal } = this.#options;
    const locked = this.#locked(name);
    const log = this.#logOf(name);
    this.#emit({ type: "started", name });
    const scratch = await store.scratch(name).catch(inBuildOf(name));
    try {
      writeFileSync(log, "");
      const fetch = (sources: readonly LockedSource[]) => this.#fetch(sources);
      const job = { name, locked, inputs, fetch, scratch, log, ...(signal && { signal }) };
      const { out, seconds, peakBytes } = await this.#executor.run(job).catch(inBuildOf(name));
      const { digest } = await store.add(out, { epoch: lock.epoch }).catch(inBuildOf(name));
      checkProvided(name, locked.provides ?? [], store.treePath(digest));
      await this.#checkPin(name, digest, inputs);
      store.remember(key, digest);
      const measure = { seconds, peakBytes };
      this.#measures.set(name, measure);
      this.#emit({ type: "built", name, digest, measure });
      removeIfEmpty(scratch);
      if (existsSync(this.#failedOf(name))) await store.discard(this.#failedOf(name));
      return digest;
    } catch (error) {
      if (signal?.aborted) await store.discard(scratch);
      else await this.#keepFailure(name, scratch, error);
      throw error;
    }
  }

  /** Keeps the log, and the work folder until the next failure of the same package. */
  async #keepFailure(name: string, scratch: string, error: unknown): Promise<void> {
    const { store, places } = this.#options;
    const { bavail, bsize } = statfsSync(store.directory);
    const kept = {
      log: this.#logOf(name),
      work: this.#failedOf(name),
      diskFull: bavail * bsize < 2 ** 20,
    };
    const logEnd = lastLines(kept.log);
    try {
      appendFileSync(kept.log, `\n${reasonOf(error)}\n`);
      mkdirSync(places.failed, { recursive: true });
      await store.discard(kept.work);
      renameSync(scratch, kept.work);
    } catch {
      // A full disk, which has failed the build, too.
    }
    this.#emit({ type: "failed", name, error, kept: { ...kept, logEnd } });
  }

  #fetch(sources: readonly LockedSource[]): Promise<readonly string[]> {
    const { signal } = this.#options;
    return this.#options.sources.ensureAll(sources, {
      ...(signal && { signal }),
      onProgress: (progress) => this.#emit({ type: "fetching", ...progress }),
    });
  }

  /** A known answer: a tree that is not the pinned one fails, and both stay for comparison. */
  async #checkPin(name: string, digest: Sha256, inputs: readonly Sha256[]): Promise<void> {
    const { store, expected = store } = this.#options;
    const pinned = this.#locked(name).tree;
    if (pinned === null || pinned === digest) return;
    // The reason may be an input that was changed on the disk. That is another error, which says so.
    for (const input of inputs) await store.verify(input);
    const tree = store.treePath(digest);
    const differences = expected.has(pinned)
      ? await compareTrees(expected.treePath(pinned), tree)
      : ["(the pinned tree is not in the store, so there is nothing to compare with)"];
    throw new UnexpectedTree(name, `its tree is ${digest}, and the lock pins ${pinned}`, tree, differences);
  }

  #locked(name: string): LockedPackage {
    return this.#options.lock.packages[name] as LockedPackage;
  }

  #failedOf(name: string): string {
    return join(this.#options.places.failed, name);
  }

  #logOf(name: string): string {
    return join(this.#options.places.logs, `${name}.log`);
  }

  #emit(event: BuildEvent): void {
    this.#options.onEvent?.(event);
  }
}

/** Fails unless each path that the package says it provides is in its tree. */
function checkProvided(name: string, provides: readonly string[], tree: string): void {
  const missing = provides.find((path) => !lstatSync(join(tree, path), { throwIfNoEntry: false }));
  if (missing === undefined) return;
  throw new StagexError("build", {
    cannot: `build ${name}`,
    because: `it says that it provides ${missing}, and its tree has no such file`,
    remedy: `The tree is kept at ${tree}.`,
  });
}

/** The sandbox may still be removing what else was in the folder; whoever is last removes the folder itself. */
function removeIfEmpty(scratch: string): void {
  try {
    rmdirSync(scratch);
  } catch {
    // Not empty yet.
  }
}

/** Throws what failed in a package's build as an error that names the package. */
const inBuildOf =
  (name: string) =>
  (error: unknown): never => {
    if (!(error instanceof StagexError)) throw error;
    const { kind, cannot, because, remedy } = error;
    throw new StagexError(kind, {
      cannot: `build ${name}`,
      because: `it cannot ${cannot}: ${because}`,
      ...(remedy && { remedy }),
      cause: error,
    });
  };

/** The last ten lines of a log, which may be long; none if it cannot be read. */
function lastLines(path: string): string[] {
  try {
    const file = openSync(path, "r");
    const end = Buffer.alloc(4096);
    const start = Math.max(0, fstatSync(file).size - end.length);
    const count = readSync(file, end, 0, end.length, start);
    closeSync(file);
    const text = end.toString("utf8", 0, count).trimEnd();
    return text === "" ? [] : text.split("\n").slice(-10);
  } catch {
    return [];
  }
}
