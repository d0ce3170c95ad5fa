/**
 * Caches: places that hold packed trees, to take them from instead of building them. They need no trust,
 * since a tree's digest is pinned in the lock and is checked before the tree becomes visible.
 *
 * A cache is a folder, or the http(s) URL of one, that has the canonical tar of a tree at
 * `blobs/sha256/DIGEST`. That is where an OCI image layout has its layers, so the layout of a pallet is a cache
 * as it is. Nothing is compressed: `sha256sum` alone checks a cache, and a web server may compress on the way.
 */
import { createHash, randomUUID } from "node:crypto";
import {
  chmodSync,
  closeSync,
  createReadStream,
  createWriteStream,
  fchmodSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { readTar, reasonOf, StagexError, type TarMember } from "@stagex/core";
import { explain, explaining } from "./errors.ts";
import type { Store, StoredTree } from "./store.ts";

export interface FetchOptions {
  readonly signal?: AbortSignal;
  /** Gives up when fewer than 64 KiB arrive in this time; 30 seconds by default. */
  readonly patienceMs?: number;
  /** Bytes that the tree's tar may have at most; 16 GiB by default. */
  readonly sizeLimit?: number;
}

const PATIENCE_MS = 30_000;
const PROGRESS = 64 * 1024;
const SIZE_LIMIT = 16 * 1024 ** 3;

const isUrl = (cache: string) => /^https?:\/\//.test(cache);
const blobPath = (digest: string) => join("blobs", "sha256", digest);

/**
 * Brings a tree from a cache into the store. Whatever fails, the store is as it was before.
 *
 * @param cache path of a folder, or its http(s) URL.
 * @returns undefined if the cache does not have the tree.
 * @throws StagexError of kind `source` when the cache cannot be read, is too slow, or holds anything but that
 * tree; of kind `machine` when the disk is full or not writable; the signal's reason when it is aborted.
 */
export async function fetchTree(
  cache: string,
  digest: string,
  store: Store,
  { signal, patienceMs = PATIENCE_MS, sizeLimit = SIZE_LIMIT }: FetchOptions = {},
): Promise<StoredTree | undefined> {
  const watch = new Watch(patienceMs, signal);
  try {
    const chunks = isUrl(cache) ? await openUrl(cache, digest, watch) : await openFile(cache, digest, watch);
    if (chunks === undefined) return undefined;
    return await unpackInto(store, watch.over(chunks, sizeLimit), digest);
  } catch (error) {
    signal?.throwIfAborted();
    throw failure(cache, digest, watch.reason ?? error);
  } finally {
    watch.stop();
  }
}

/**
 * Packs a tree of the store into a cache, unless the cache has it.
 *
 * @param folder path of the cache; it is made if it is not there.
 * @throws StagexError of kind `usage` for a URL, `build` for a tree that was changed on the disk, or `machine`.
 */
export async function pushTree(folder: string, digest: string, store: Store): Promise<void> {
  if (isUrl(folder)) {
    throw new StagexError("usage", {
      cannot: `push to the cache ${folder}`,
      because: "a cache is filled through its folder only",
      remedy: "Push to a folder, and let a web server publish it.",
    });
  }
  await explaining(`push to the cache ${folder}`, async () => {
    const path = join(folder, blobPath(digest));
    if (await isThere(path)) return;
    await mkdir(join(folder, blobPath("")), { recursive: true });
    const partial = `${path}.${randomUUID()}.partial`;
    try {
      const hash = createHash("sha256");
      const check = new Transform({
        transform(chunk: Buffer, _, done) {
          hash.update(chunk);
          done(null, chunk);
        },
      });
      await pipeline(store.tar(digest), check, createWriteStream(partial, { flags: "wx" }));
      // Says what is wrong with the tree, and moves it aside.
      if (hash.digest("hex") !== digest) await store.verify(digest);
      await rename(partial, path);
    } finally {
      await rm(partial, { force: true });
    }
  });
}

async function unpackInto(
  store: Store,
  chunks: AsyncIterable<Uint8Array>,
  digest: string,
): Promise<StoredTree> {
  const scratch = await store.scratch("fetch");
  try {
    const tree = join(scratch, "tree");
    const epoch = await unpack(chunks, tree);
    return await store.add(tree, { epoch, expect: digest });
  } finally {
    await store.discard(scratch);
  }
}

/** Writes the tree that a canonical tar holds to `root`, a path that is free. @returns the time of its entries. */
async function unpack(chunks: AsyncIterable<Uint8Array>, root: string): Promise<number> {
  let epoch = 0;
  let file: number | undefined;
  // A directory may be read-only, so its permissions are set when all that it holds is written.
  const directories: [path: string, mode: number][] = [];
  const close = () => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  mkdirSync(root);
  try {
    for await (const part of readTar(chunks)) {
      if (part instanceof Uint8Array) {
        writeAll(file as number, part);
        continue;
      }
      close();
      epoch = part.mtime;
      file = create(root, part, directories);
    }
  } finally {
    close();
  }
  for (const [path, mode] of directories.reverse()) chmodSync(path, mode);
  return epoch;
}

/**
 * Makes one entry. Nothing is ever followed or replaced: the reader vouches that the parent is a directory of
 * this tree and that the name is new.
 *
 * @returns the descriptor of a new file.
 */
function create(root: string, { entry }: TarMember, directories: [string, number][]): number | undefined {
  const path = join(root, entry.path);
  switch (entry.type) {
    case "directory":
      mkdirSync(path, 0o700);
      directories.push([path, entry.mode]);
      return undefined;
    case "symlink":
      symlinkSync(entry.target, path);
      return undefined;
    case "file": {
      const file = openSync(path, "wx", 0o600);
      fchmodSync(file, entry.mode);
      return file;
    }
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

async function openUrl(
  cache: string,
  digest: string,
  watch: Watch,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const base = cache.endsWith("/") ? cache : `${cache}/`;
  const response = await fetch(new URL(blobPath(digest), base), { signal: watch.signal });
  if (response.ok && response.body) return response.body;
  await response.body?.cancel();
  if (response.status === 404 || response.status === 410) return undefined;
  throw new Error(`it answers with status ${response.status}`);
}

async function openFile(
  cache: string,
  digest: string,
  watch: Watch,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const path = join(cache, blobPath(digest));
  if (!(await isThere(path))) return undefined;
  return createReadStream(path, { signal: watch.signal });
}

/** Whether there is a regular file: a FIFO would hang. */
async function isThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** Aborts what brings too little in its time. */
class Watch {
  readonly signal: AbortSignal;
  /** Why it aborted, if it did. */
  reason: Error | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(patienceMs: number, outer: AbortSignal | undefined) {
    const controller = new AbortController();
    this.signal = outer ? AbortSignal.any([outer, controller.signal]) : controller.signal;
    this.#timer = setTimeout(() => {
      this.reason = new Error(`it is too slow: it gave less than 64 KiB in ${patienceMs / 1000} s`);
      controller.abort();
    }, patienceMs);
  }

  async *over(chunks: AsyncIterable<Uint8Array>, sizeLimit: number): AsyncGenerator<Uint8Array> {
    let total = 0;
    let recent = 0;
    for await (const chunk of chunks) {
      total += chunk.length;
      recent += chunk.length;
      if (total > sizeLimit) throw new Error(`it gives more than ${sizeLimit} bytes`);
      if (recent >= PROGRESS) {
        recent = 0;
        this.#timer.refresh();
      }
      yield chunk;
    }
    this.stop();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

const localTrouble = new Set(["ENOSPC", "EDQUOT", "EROFS", "EMFILE"]);

function failure(cache: string, digest: string, error: unknown): unknown {
  const cannot = `take the tree ${digest} from the cache ${cache}`;
  if (error instanceof StagexError && error.kind === "machine") return error;
  if (localTrouble.has((error as NodeJS.ErrnoException).code ?? "")) return explain(cannot, error);
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : "";
  const because = error instanceof StagexError ? error.because : reasonOf(error) + cause;
  return new StagexError("source", {
    cannot,
    because,
    remedy: "It is built from source instead.",
    cause: error,
  });
}
