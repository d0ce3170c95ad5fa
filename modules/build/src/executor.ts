/** What runs a package's steps: the sandbox of this machine, unless another executor is given. */
import type { Lock, LockedPackage, LockedSource, Sha256 } from "@stagex/core";
import { runInSandbox } from "@stagex/sandbox";
import type { Store } from "@stagex/store";

export interface Executor {
  /** Is told the packages that are not at hand, inputs first, before the first of them is run. */
  plan?(names: readonly string[]): void;
  run(job: Job): Promise<Output>;
}

/** One package to build. */
export interface Job {
  readonly name: string;
  readonly locked: LockedPackage;
  /** Digests of the inputs' trees, which the store has, in the lock's order. */
  readonly inputs: readonly Sha256[];
  /** Brings sources to this machine. @returns host paths of the checked files, in the order of `sources` */
  fetch(sources: readonly LockedSource[]): Promise<readonly string[]>;
  /** Empty directory for all state, on the store's file system; a failed build's stays for a look. */
  readonly scratch: string;
  /** File to which what the steps write is appended. */
  readonly log: string;
  /** Ends the job; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface Output {
  /** Host directory below `scratch` with what the build left in `/out`. */
  readonly out: string;
  /** Wall-clock time of the steps. */
  readonly seconds: number;
  /** Most memory seen in use; 0 where it is not measured. */
  readonly peakBytes: number;
}

/** Limits of one package. */
export interface Limits {
  readonly seconds: number;
  readonly bytes: number;
}

/** The embedded executor: fresh namespaces on this machine, over the input trees of the store. */
export const sandboxExecutor = (lock: Lock, store: Store, limits: Limits): Executor => ({
  async run({ locked, inputs, fetch, scratch, log, signal }) {
    const paths = await fetch(locked.sources);
    return runInSandbox({
      roots: inputs.map((digest) => store.treePath(digest)),
      files: locked.sources.map(({ file, executable = false }, index) => ({
        path: paths[index] as string,
        name: file,
        executable,
      })),
      steps: locked.steps,
      environment: lock.environment,
      epoch: lock.epoch,
      scratch,
      limits,
      log,
      ...(signal && { signal }),
    });
  },
});
