import { createHash, randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { reasonOf, SOURCE_DATE_EPOCH, StagexError } from "@stagex/core";

/** The host hashes with node:crypto: native, and some ten times faster on bulk bytes than a hash in TypeScript. */
export const sha256Hasher = () => createHash("sha256");

/** What was found at a place is not the file, or could not be had. */
export class PlaceFailure extends Error {
  /** The same place may give the file a moment later. */
  readonly transient: boolean;

  constructor(message: string, { transient = false } = {}) {
    super(message);
    this.transient = transient;
  }
}

/** A file on its way into the cache: hashed while it is written, and never longer than it may be. */
export class Incoming {
  readonly size: number;
  received = 0;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #onProgress: (received: number) => void;
  #hash = sha256Hasher();

  private constructor(path: string, file: FileHandle, size: number, onProgress: (received: number) => void) {
    this.#path = path;
    this.#file = file;
    this.size = size;
    this.#onProgress = onProgress;
  }

  /** @param directory made if it is not there; on the file system of the cache, so that `keep` can rename */
  static async create(
    directory: string,
    size: number,
    onProgress: (received: number) => void,
  ): Promise<Incoming> {
    const path = join(directory, randomUUID());
    const file = await local(directory, async () => {
      await mkdir(directory).catch(unlessThere);
      return open(path, "ax");
    });
    return new Incoming(path, file, size, onProgress);
  }

  /** @throws PlaceFailure when the file grows beyond its size */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.received + chunk.length > this.size) {
      throw new PlaceFailure(`it is longer than the expected ${this.size} bytes`);
    }
    await local(this.#path, () => this.#file.appendFile(chunk));
    this.#hash.update(chunk);
    this.received += chunk.length;
    this.#onProgress(this.received);
  }

  /** Forgets what was received. */
  async restart(): Promise<void> {
    if (this.received === 0) return;
    await local(this.#path, () => this.#file.truncate(0));
    this.#hash = sha256Hasher();
    this.received = 0;
  }

  /** sha256 of what was received. */
  digest(): string {
    return this.#hash.copy().digest("hex");
  }

  /** Makes the file an entry of the cache, atomically; of two processes that do so, the later one wins. */
  async keep(path: string): Promise<void> {
    await local(dirname(path), async () => {
      await settle(this.#file);
      await this.#file.close();
      await rename(this.#path, path);
    });
  }

  async discard(): Promise<void> {
    await this.#file.close();
    await rm(this.#path, { force: true });
  }
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}

/**
 * Gives an entry the mode and time by which a change is noticed later: whatever writes to it changes the time.
 * The time is that of every file in every output, since the sandbox links the entry and a build can see it.
 */
export async function settle(file: FileHandle): Promise<void> {
  await file.chmod(0o444);
  await file.utimes(SOURCE_DATE_EPOCH, SOURCE_DATE_EPOCH);
}

/** Runs work on this machine's disk, whose failures are no fault of a place. */
export async function local<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "";
    throw new StagexError("machine", { cannot: `write to ${path}`, ...explain(code, cause), cause });
  }
}

function explain(code: string, cause: unknown): { because: string; remedy?: string } {
  const elsewhere = "set STAGEX_HOME to a folder elsewhere";
  if (code === "ENOSPC") {
    return { because: "the disk is full", remedy: `Free some space, or ${elsewhere}.` };
  }
  if (code === "EDQUOT") {
    return { because: "your disk quota is used up", remedy: `Free some space, or ${elsewhere}.` };
  }
  if (code === "EROFS") {
    return { because: "the file system is read-only", remedy: `Make it writable, or ${elsewhere}.` };
  }
  if (code === "EACCES" || code === "EPERM") {
    return { because: "you have no permission", remedy: `Correct the owner of the folder, or ${elsewhere}.` };
  }
  return { because: reasonOf(cause) };
}
