/**
 * Turns locked packages into trees in the store: reuses what is there, takes what a cache has, builds the
 * rest in the sandbox, and accepts nothing that differs from the lock.
 */
import { appendFileSync, writeFileSync } from "node:fs";
import { lstat, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  closure,
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
import { runInSandbox } from "@stagex/sandbox";
import type { SourceCache } from "@stagex/sources";
import { compareTrees, fetchTree, type Store } from "@stagex/store";
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
  /** Limits of one package. */
  readonly limits: { readonly seconds: number; readonly bytes: number };
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
  | { type: "refused"; name: string; cache: string; because: string }
  | { type: "failed"; name: string; error: unknown; log: string };

export class Builder {
  readonly #options: BuilderOptions;
  readonly #measures = new Map<string, Measure>();

  constructor(options: BuilderOptions) {
    this.#options = options;
  }

  /** A builder with some options changed, such as another lock. */
  with(changes: Partial<BuilderOptions>): Builder {
    return new Builder({ ...this.#options, ...changes });
  }

  /**
   * Obtains the trees of `names`.
   *
   * @returns digests by package name, of `names` and of every package that had to be looked at for them
   * @throws StagexError for the first failure; the others have gone to `onEvent`
   */
  async build(names: readonly string[]): Promise<ReadonlyMap<string, Sha256>> {
    const { signal, places } = this.#options;
    await mkdir(places.logs, { recursive: true });
    this.#emit({ type: "plan", names: this.missing(names) });
    const outcome = await this.#run(names);
    await recordHistory(places.history, this.#measures);
    signal?.throwIfAborted();
    const [failure] = outcome.failures.values();
    if (failure !== undefined) throw failure;
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
      try {
        if (!(await fetchTree(cache, tree, store, signal ? { signal } : {}))) continue;
        this.#emit({ type: "substituted", name, digest: tree });
        return tree;
      } catch (error) {
        signal?.throwIfAborted();
        this.#emit({ type: "refused", name, cache, because: reasonOf(error) });
      }
    }
    return undefined;
  }

  /** Builds under a lock of the store, so that of two processes one builds and the other finds the record. */
  #buildOnce(name: string, key: Sha256, inputs: readonly Sha256[]): Promise<Sha256> {
    const { store, signal, rebuild } = this.#options;
    return store.withLock(key, signal, async () => {
      const known = rebuild?.(name) ? undefined : await store.recall(key);
      if (known !== undefined && store.has(known)) {
        await this.#checkPin(name, known);
        this.#emit({ type: "reused", name, digest: known });
        return known;
      }
      this.#emit({ type: "started", name });
      try {
        return await this.#buildNow(name, key, inputs);
      } catch (error) {
        if (!signal?.aborted) this.#emit({ type: "failed", name, error, log: this.#logOf(name) });
        throw error;
      }
    });
  }

  async #buildNow(name: string, key: Sha256, inputs: readonly Sha256[]): Promise<Sha256> {
    const { lock, store, places, limits, signal } = this.#options;
    const locked = this.#locked(name);
    const files = await this.#fetch(locked.sources);
    const scratch = await store.scratch(name);
    const log = this.#logOf(name);
    writeFileSync(log, "");
    try {
      const { out, seconds, peakBytes } = await runInSandbox({
        roots: inputs.map((digest) => store.treePath(digest)),
        files,
        steps: locked.steps,
        environment: lock.environment,
        epoch: lock.epoch,
        scratch,
        limits,
        log,
        ...(signal && { signal }),
      });
      const { digest } = await store.add(out, { epoch: lock.epoch });
      await checkProvided(name, locked.provides ?? [], store.treePath(digest));
      await store.remember(key, digest);
      await this.#checkPin(name, digest);
      const measure = { seconds, peakBytes };
      this.#measures.set(name, measure);
      this.#emit({ type: "built", name, digest, measure });
      await rm(scratch, { recursive: true, force: true });
      return digest;
    } catch (error) {
      appendFileSync(log, `\n${reasonOf(error)}\n`);
      if (signal?.aborted) await rm(scratch, { recursive: true, force: true });
      else await keep(scratch, join(places.failed, name));
      throw error;
    }
  }

  async #fetch(sources: readonly LockedSource[]) {
    const { signal } = this.#options;
    const paths = await this.#options.sources.ensureAll(sources, {
      ...(signal && { signal }),
      onProgress: (progress) => this.#emit({ type: "fetching", ...progress }),
    });
    return sources.map((source, index) => ({
      path: paths[index] as string,
      name: source.file,
      executable: source.executable ?? false,
    }));
  }

  /** A known answer: a tree that is not the pinned one fails, and both stay for comparison. */
  async #checkPin(name: string, digest: Sha256): Promise<void> {
    const { store, expected = store } = this.#options;
    const { tree } = this.#locked(name);
    if (tree === null || tree === digest) return;
    const differences = expected.has(tree)
      ? (await compareTrees(expected.treePath(tree), store.treePath(digest))).map((one) => `  ${one}`)
      : ["  (the pinned tree is not in the store, so there is nothing to compare with)"];
    throw new StagexError("build", {
      cannot: `accept the build of ${name}`,
      because: `its tree is ${digest}, and the lock pins ${tree}`,
      remedy: [
        `The tree is kept at ${store.treePath(digest)}. It differs in:`,
        ...differences,
        `If the change is meant, run \`stagex pin ${name}\`.`,
      ].join("\n"),
    });
  }

  #locked(name: string): LockedPackage {
    return this.#options.lock.packages[name] as LockedPackage;
  }

  #logOf(name: string): string {
    return join(this.#options.places.logs, `${name}.log`);
  }

  #emit(event: BuildEvent): void {
    this.#options.onEvent?.(event);
  }
}

/** Fails unless each path that the package says it provides is in its tree. */
async function checkProvided(name: string, provides: readonly string[], tree: string): Promise<void> {
  for (const path of provides) {
    const there = await lstat(join(tree, path)).catch(() => null);
    if (there) continue;
    throw new StagexError("build", {
      cannot: `accept the build of ${name}`,
      because: `it says that it provides ${path}, and its tree has no such file`,
      remedy: `The tree is kept at ${tree}.`,
    });
  }
}

/** Moves a failed build's work folder to where the next failure of the same package replaces it. */
async function keep(scratch: string, place: string): Promise<void> {
  await rm(place, { recursive: true, force: true });
  await mkdir(join(place, ".."), { recursive: true });
  await rename(scratch, place);
}
