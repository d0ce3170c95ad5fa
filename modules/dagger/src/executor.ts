/**
 * The lock on a Dagger engine. The engine gets the graph as the Containerfile that `stagex lock` writes too, and
 * the sources as its build context, and gives a package's tree as a directory of this machine.
 */
import { randomUUID } from "node:crypto";
import { appendFileSync, readdirSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { type Client, type Directory, ExecError, GraphQLRequestError } from "@dagger.io/dagger";
import type { Executor, Job, Output } from "@stagex/build";
import {
  AFRESH,
  afresh,
  containerfile,
  type Lock,
  type LockedPackage,
  type LockedSource,
  projectPath,
  reasonOf,
  type Sha256,
  SOURCES_FOLDER,
  StagexError,
  stageName,
} from "@stagex/core";
import type { Store } from "@stagex/store";
import { connectionLost, diskFull, engineFailed, noOutput, stepFailed, TRACE } from "./errors.ts";
import { openSession, type Session } from "./session.ts";

/** Where the build context has trees that need not be built. */
const TREES_FOLDER = ".stagex/trees";

export interface DaggerOptions {
  readonly lock: Lock;
  /** Where the trees are that need not be built. */
  readonly store: Store;
  /** The repository's root. */
  readonly project: string;
  /** Folder of the fetched sources, each named by its sha256. */
  readonly sources: string;
  /** Use nothing that the engine has built before. */
  readonly afresh?: boolean;
  /** File that gets what the engine tells. */
  readonly log: string;
  readonly signal?: AbortSignal;
}

/** Connects when the first package is to be built, so that a run that has nothing to build needs no engine. */
export class DaggerExecutor implements Executor {
  readonly #options: DaggerOptions;
  #missing: readonly string[] = [];
  #session: Promise<Session> | undefined;
  #context: Promise<Directory> | undefined;

  constructor(options: DaggerOptions) {
    this.#options = options;
  }

  plan(names: readonly string[]): void {
    this.#missing = names;
    this.#context = undefined;
  }

  /** @throws StagexError of kind `build` when a step fails, of kind `machine` when the engine or a disk fails */
  async run(job: Job): Promise<Output> {
    const started = performance.now();
    const out = join(job.scratch, "out");
    try {
      this.#context ??= this.#send(job);
      const context = await this.#context;
      await context
        .dockerBuild({ target: stageName(job.name) })
        .rootfs()
        .export(out);
      if (readdirSync(out).length === 0) throw noOutput();
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      throw this.#explain(error, job);
    }
    return { out, seconds: (performance.now() - started) / 1000, peakBytes: 0 };
  }

  async close(): Promise<void> {
    await (await this.#session?.catch(() => undefined))?.close();
  }

  /** Sends the build context of all that is missing: the sources, and the trees that are at hand. */
  async #send(job: Job): Promise<Directory> {
    const { lock, store, project, sources, log, signal } = this.#options;
    const missing = this.#missing.map((name) => lock.packages[name] as LockedPackage);
    const all = missing.flatMap((locked) => locked.sources);
    await job.fetch(all);

    this.#session ??= openSession(log, signal);
    const { client } = await this.#session;
    const atHand = new Map(
      missing
        .flatMap(({ inputs }) => inputs)
        .filter((name) => !this.#missing.includes(name))
        .map((name) => [name, join(TREES_FOLDER, stageName(name))]),
    );
    const text = containerfile(lock, this.#missing, [], atHand);
    let context = directoryOf(client, project, all.map(projectPath))
      .withDirectory(SOURCES_FOLDER, directoryOf(client, sources, all.map(fetchedName)))
      .withNewFile("Dockerfile", this.#options.afresh ? afresh(text) : text)
      .withNewFile(AFRESH, this.#options.afresh ? randomUUID() : "");
    for (const [name, path] of atHand) {
      const tree = store.treePath(lock.packages[name]?.tree as Sha256);
      context = context.withDirectory(path, client.host().directory(tree));
    }
    return context.sync();
  }

  #explain(error: unknown, { scratch, log }: Job): unknown {
    if (error instanceof StagexError) return error;
    if (freeBytes(scratch) < 2 ** 20) return diskFull("this machine's");
    if (error instanceof ExecError) {
      appendFileSync(log, [error.stdout, error.stderr, ""].join("\n"));
      return stepFailed(error.cmd, error.exitCode, lastLine(error.stderr));
    }
    const reason = lastCause(reasonOf(error));
    appendFileSync(log, `${reason}\n`);
    if (/no space left on device/i.test(reason)) return diskFull("the engine's");
    const answered =
      error instanceof GraphQLRequestError &&
      error.response.errors !== undefined &&
      !/\b(EOF|Unavailable|connection)\b/.test(reason);
    return answered ? engineFailed(reason, this.#options.log) : connectionLost(this.#options.log, error);
  }
}

const freeBytes = (folder: string): number => {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
};

/** Files of a host folder. */
const directoryOf = (client: Client, path: string, files: readonly (string | undefined)[]): Directory => {
  const include = files.filter((file) => file !== undefined);
  return include.length > 0 ? client.host().directory(path, { include }) : client.directory();
};

const fetchedName = (source: LockedSource): string | undefined =>
  projectPath(source) === undefined ? source.sha256 : undefined;

const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1) ?? "";

/** An engine names the whole way to a failure, which is thousands of digests long, and the cause at its end. */
const lastCause = (message: string): string =>
  (message.split("inputs: ").at(-1) as string).replace(TRACE, "");
