/** Sets up a builder for a command: options, signals, view. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Builder, type BuilderOptions, readHistory } from "@stagex/build";
import type { Lock } from "@stagex/core";
import { SourceCache } from "@stagex/sources";
import { Store } from "@stagex/store";
import { type GlobalOptions, INTERRUPTED, placesOf, registerRoot, type Session } from "./session.ts";
import { openView, type View } from "./view.ts";

export interface BuildingOptions extends GlobalOptions {
  jobs?: number;
  keepGoing?: boolean;
  offline?: boolean;
  cache?: string[];
  timeLimit: number;
  memoryLimit: number;
  executor?: "sandbox" | "dagger";
}

export interface Workshop {
  readonly store: Store;
  readonly sources: SourceCache;
  readonly builder: Builder;
  readonly view: View;
  readonly signal: AbortSignal;
}

/**
 * Opens a builder over the user's store, hands it to `work`, and closes what was opened however `work` ends.
 * Ctrl-C and SIGTERM abort `signal`, upon which builds stop and leave nothing behind; a second one does not wait
 * for that.
 *
 * @param changes options of the builder; `afresh` lets an executor use nothing that it has built before
 */
export async function withBuilder<T>(
  session: Session,
  lock: Lock,
  options: BuildingOptions,
  work: (workshop: Workshop) => Promise<T>,
  { afresh = false, ...changes }: Partial<BuilderOptions> & { afresh?: boolean } = {},
): Promise<T> {
  const stop = new AbortController();
  const interrupt = () => {
    if (stop.signal.aborted) process.exit(INTERRUPTED);
    stop.abort();
  };
  // Not `once`: without a handler of ours that stays, the live view's own would end the process.
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);

  const jobs = options.jobs ?? availableParallelism();
  const places = placesOf(session);
  const store = changes.store ?? (await Store.open(join(session.home, "store")));
  const view = await openView(await readHistory(places.history), jobs);
  const executor =
    options.executor === "dagger"
      ? await daggerExecutor(session, { lock, store, afresh, signal: stop.signal })
      : undefined;
  try {
    registerRoot(session);
    const sources = await openSources(session, options);
    const builder = new Builder({
      lock,
      store,
      sources,
      places,
      caches: cachesOf(options),
      jobs,
      keepGoing: options.keepGoing ?? false,
      limits: { seconds: options.timeLimit, bytes: options.memoryLimit * 2 ** 20 },
      signal: stop.signal,
      onEvent: view.onEvent,
      ...(executor && { executor }),
      ...changes,
    });
    return await work({ store, sources, builder, view: view.view, signal: stop.signal });
  } finally {
    view.close();
    await executor?.close();
    await store.close();
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

/** Loaded only when asked for, since the engine's SDK is large. */
async function daggerExecutor(
  { project, home }: Session,
  options: { lock: Lock; store: Store; afresh: boolean; signal: AbortSignal },
) {
  const { DaggerExecutor } = await import("@stagex/dagger");
  const log = join(home, "logs/dagger.log");
  return new DaggerExecutor({ ...options, project, sources: join(home, "sources"), log });
}

export const openSources = (session: Session, { offline = false }: { offline?: boolean }) =>
  SourceCache.open(join(session.home, "sources"), { project: session.project, offline });

const cachesOf = ({ cache }: BuildingOptions): readonly string[] =>
  cache ?? process.env.STAGEX_CACHE?.split(/\s+/).filter(Boolean) ?? [];
