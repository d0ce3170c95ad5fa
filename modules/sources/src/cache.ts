/**
 * The user-wide cache of source files, kept by sha256. An entry is read-only and was checked when it came in;
 * whatever changes it later also changes its time, and then it is hashed again before it is used.
 */
import { constants, lstatSync, type Stats } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  joinFailures,
  type LockedSource,
  reasonOf,
  type Sha256,
  SOURCE_DATE_EPOCH,
  StagexError,
} from "@stagex/core";
import { Clients } from "./clients.ts";
import type { Location } from "./http.ts";
import { Incoming, local, settle, sha256Hasher } from "./incoming.ts";
import { isOfProject, locate } from "./places.ts";
import { type Patience, readDocument, transfer } from "./transfer.ts";

export interface SourceCacheOptions {
  /** The repository's root, for `project:` places. */
  readonly project: string;
  /** Open no socket, and run no client that might. */
  readonly offline: boolean;
  readonly signal?: AbortSignal;
  readonly patience?: Patience;
}

export interface FetchOptions {
  readonly signal?: AbortSignal;
  onProgress?(progress: Progress): void;
}

/** Bytes of one file; `received` falls back when a download has to start anew. */
export interface Progress {
  readonly file: string;
  readonly received: number;
  readonly total: number;
}

const PATIENCE: Patience = { stallMs: 30_000, retryMs: 500 };
const PARALLEL = 8;
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
const DAY_MS = 24 * 60 * 60 * 1000;

interface Attempt {
  readonly place: string;
  readonly reason: string;
}

export class SourceCache {
  readonly #directory: string;
  readonly #options: SourceCacheOptions;
  readonly #clients: Clients;
  readonly #underway = new Map<Sha256, Promise<string>>();

  private constructor(directory: string, options: SourceCacheOptions) {
    this.#directory = directory;
    this.#options = options;
    this.#clients = new Clients(options.signal);
  }

  /**
   * @param directory made if it is not there
   * @throws StagexError of kind `machine`
   */
  static async open(directory: string, options: SourceCacheOptions): Promise<SourceCache> {
    await local(directory, () => mkdir(directory, { recursive: true }));
    await removeLeftovers(join(directory, "incoming"));
    return new SourceCache(directory, options);
  }

  /** Where the file is, or would be. A file that a person puts there is checked and taken over. */
  path(sha256: Sha256): string {
    return join(this.#directory, sha256);
  }

  /** Whether the entry is there, as it was when it was checked. */
  has(sha256: Sha256): boolean {
    return isUnchanged(this.#entry(sha256));
  }

  /**
   * Obtains a source.
   *
   * @returns the host path of the checked file; read-only, its mtime SOURCE_DATE_EPOCH
   * @throws StagexError of kind `source` naming each place with what it gave, of kind `lock` when a file of
   * the repository is not the one that the lock names, of kind `machine` when this disk cannot take it
   */
  async ensure(source: LockedSource, options: FetchOptions = {}): Promise<string> {
    const { sha256 } = source;
    if (this.#isAtHand(source)) return this.path(sha256);
    const underway =
      this.#underway.get(sha256) ??
      this.#obtain(source, options).finally(() => this.#underway.delete(sha256));
    this.#underway.set(sha256, underway);
    return underway;
  }

  /**
   * Obtains several sources at a time. One that fails does not stop the others.
   *
   * @returns host paths in the order of `sources`
   * @throws StagexError as of {@link ensure}; of several failures one error tells all
   */
  async ensureAll(sources: readonly LockedSource[], options: FetchOptions = {}): Promise<string[]> {
    const queue = sources.filter((source) => !this.#isAtHand(source));
    const failed = new Map<Sha256, unknown>();
    const work = async () => {
      for (let source = queue.shift(); source; source = queue.shift()) {
        const { sha256 } = source;
        await this.ensure(source, options).catch((error) => failed.set(sha256, error));
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, work));
    this.#signal(options)?.throwIfAborted();
    if (failed.size > 0) throw failureOfAll(sources, failed);
    return sources.map(({ sha256 }) => this.path(sha256));
  }

  /** Hashes an entry again, whatever its time says. A wrong one is thrown away. */
  async verify(sha256: Sha256): Promise<boolean> {
    const path = this.path(sha256);
    const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined);
    if (!file) return false;
    try {
      const before = await file.stat();
      if (before.isFile() && (await hashOf(file)) === sha256) {
        if (!this.has(sha256)) await local(path, () => settle(file));
        return true;
      }
      // Not when another process has just put the right file in its place.
      if ((await lstat(path)).ino === before.ino) await local(path, () => rm(path, { recursive: true }));
      return false;
    } finally {
      await file.close();
    }
  }

  /** Synchronous: a run with nothing to do asks for thousands of files, and this takes microseconds. */
  #entry(sha256: Sha256): Stats | undefined {
    return lstatSync(this.path(sha256), { throwIfNoEntry: false });
  }

  #isAtHand({ sha256, size }: LockedSource): boolean {
    const entry = this.#entry(sha256);
    return isUnchanged(entry) && entry?.size === size;
  }

  #signal(options: FetchOptions): AbortSignal | undefined {
    return options.signal ?? this.#options.signal;
  }

  async #obtain(source: LockedSource, options: FetchOptions): Promise<string> {
    const path = this.path(source.sha256);
    if (this.#entry(source.sha256) && (await this.verify(source.sha256))) return path;

    const { file, size } = source;
    const incoming = await Incoming.create(join(this.#directory, "incoming"), size, (received) =>
      options.onProgress?.({ file, received, total: size }),
    );
    try {
      await this.#receive(source, incoming, this.#signal(options));
      await incoming.keep(path);
    } catch (error) {
      await incoming.discard();
      throw error;
    }
    return path;
  }

  async #receive(source: LockedSource, incoming: Incoming, signal: AbortSignal | undefined): Promise<void> {
    const { offline, patience = PATIENCE } = this.#options;
    const places = offline ? source.from.filter(isOfProject) : source.from;
    const attempts: Attempt[] = [];
    for (const place of places) {
      for (const location of await this.#locate(place, source, signal, attempts)) {
        try {
          await incoming.restart();
          return await transfer(location, incoming, source.sha256, patience, signal);
        } catch (error) {
          signal?.throwIfAborted();
          if (error instanceof StagexError) throw error;
          attempts.push({ place: describe(place, location), reason: reasonOf(error) });
        }
      }
    }
    throw this.#failure(source, attempts);
  }

  async #locate(place: string, source: LockedSource, signal: AbortSignal | undefined, attempts: Attempt[]) {
    const { project, patience = PATIENCE } = this.#options;
    const read = (url: URL, accept: string) => readDocument(url, accept, patience, signal);
    try {
      return await locate(place, source, { project, clients: this.#clients, read });
    } catch (error) {
      signal?.throwIfAborted();
      attempts.push({ place, reason: reasonOf(error) });
      return [];
    }
  }

  #failure(source: LockedSource, attempts: readonly Attempt[]): StagexError {
    const path = this.path(source.sha256);
    const cannot = `fetch ${source.file}`;
    const told = attempts.map(({ place, reason }) => `\n  ${place}: ${reason}`).join("");
    if (source.from.some(isOfProject)) {
      return new StagexError("lock", {
        cannot: `use ${source.file}`,
        because: `stagex.lock names another file than the repository holds${told}`,
        remedy: STALE,
      });
    }
    if (this.#options.offline) {
      return new StagexError("source", {
        cannot,
        because: "it is not in the cache, and this run is offline",
        remedy: `Run \`./stagex fetch\` while online, or put the file at ${path}`,
      });
    }
    return new StagexError("source", {
      cannot,
      because: `no place gave the file of sha256 ${source.sha256}${told}`,
      remedy: `Add a place to its package, or put the file at ${path}`,
    });
  }
}

/** A place with the location that it led to, without a password that may stand in it. */
function describe(place: string, { url }: Location): string {
  if (isOfProject(place)) return place;
  const location = `${url.protocol}//${url.host}${url.pathname}`;
  return /^https?:/.test(place) ? location : `${place} at ${location}`;
}

const isUnchanged = (entry: Stats | undefined): boolean =>
  entry?.isFile() === true && entry.mtimeMs === SOURCE_DATE_EPOCH * 1000;

async function hashOf(file: FileHandle): Promise<string> {
  const hash = sha256Hasher();
  for await (const chunk of file.createReadStream({ autoClose: false, start: 0 })) hash.update(chunk);
  return hash.digest("hex");
}

/** What a killed process left behind. A day is longer than any download that is still under way. */
async function removeLeftovers(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    const path = join(directory, name);
    const found = await lstat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > DAY_MS) await rm(path, { force: true });
  }
}

const STALE = "The lock is stale: run `./stagex lock`.";

function failureOfAll(sources: readonly LockedSource[], failed: ReadonlyMap<Sha256, unknown>): unknown {
  const failures = [...new Map(sources.map(({ sha256 }) => [sha256, failed.get(sha256)])).values()].filter(
    Boolean,
  );
  if (
    failures.length > 1 &&
    failures.every((failure) => failure instanceof StagexError && failure.kind === "lock")
  ) {
    const files = sources.filter(({ sha256 }) => failed.has(sha256)).map(({ file }) => file);
    return new StagexError("lock", {
      cannot: `use ${files.length} files of this project`,
      because: `stagex.lock names others than the repository holds: ${files.join(", ")}`,
      remedy: STALE,
    });
  }
  return joinFailures(failures, `fetch ${failures.length} sources`);
}
