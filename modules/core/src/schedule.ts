/** Runs the builds that a set of roots needs, in parallel as far as the graph allows. */

export interface Schedule<T> {
  /** Direct inputs of a package, in order. The graph has no cycle. */
  inputs(name: string): readonly string[];
  /** A result that is at hand without building; its inputs are then not looked at. */
  find(name: string): Promise<T | undefined>;
  /** Builds a package from the results of its inputs, given in their order. */
  build(name: string, inputs: readonly T[]): Promise<T>;
  /** How many builds may run at once. */
  readonly jobs: number;
  /** After a failure, go on with all that does not need what failed. */
  readonly keepGoing?: boolean;
  /** When aborted, nothing further is started. */
  readonly signal?: AbortSignal;
}

export interface Outcome<T> {
  readonly results: ReadonlyMap<string, T>;
  /** What `find` or `build` threw, by name. */
  readonly failures: ReadonlyMap<string, unknown>;
  /** Not built, because an input failed, or because the run was stopped. */
  readonly skipped: readonly string[];
}

/** Marks a package whose turn never came; never leaves this module. */
class Skipped extends Error {}

/**
 * Each package is found or built at most once, never before its inputs, never more than `jobs` builds at a
 * time. Never rejects: failures are part of the outcome.
 */
export async function schedule<T>(roots: readonly string[], plan: Schedule<T>): Promise<Outcome<T>> {
  const results = new Map<string, T>();
  const failures = new Map<string, unknown>();
  const skipped: string[] = [];
  const slots = new Slots(plan.jobs);
  const started = new Map<string, Promise<T>>();

  const stopped = () => plan.signal?.aborted || (failures.size > 0 && !plan.keepGoing);

  const obtain = (name: string): Promise<T> => {
    const known = started.get(name);
    if (known) return known;
    const promise = settle(name);
    started.set(name, promise);
    return promise;
  };

  const settle = async (name: string): Promise<T> => {
    try {
      const result = await findOrBuild(name);
      results.set(name, result);
      return result;
    } catch (error) {
      if (error instanceof Skipped) skipped.push(name);
      else failures.set(name, error);
      throw new Skipped();
    }
  };

  const findOrBuild = async (name: string): Promise<T> => {
    if (stopped()) throw new Skipped();
    const found = await plan.find(name);
    if (found !== undefined) return found;
    const inputs = await all(plan.inputs(name).map(obtain));
    return slots.run(async () => {
      if (stopped()) throw new Skipped();
      try {
        return await plan.build(name, inputs);
      } catch (error) {
        // Noted before the slot is free, so that nothing is started in between.
        failures.set(name, error);
        throw error;
      }
    });
  };

  await Promise.allSettled(roots.map(obtain));
  return { results, failures, skipped };
}

/** Like Promise.all, but waits for every one before it fails, so that no work goes on unseen. */
async function all<T>(promises: Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

/** A counting semaphore whose waiters are served in order. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async run<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((wake) => this.#waiting.push(wake));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
