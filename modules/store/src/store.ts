/**
 * Trees in a content-addressed store.
 *
 * ```
 * lock               shared by every process that uses the store, exclusive for the garbage collection
 * trees/DIGEST/      a tree; it appears here by one rename, complete and checked, and never changes
 * records/KEY        a symlink to the tree that a build of this key gave
 * scratch/           the work of running processes; what a killed one leaves is removed with the garbage
 * ```
 *
 * A process may be killed at any instant: every change is one rename or link. The store does not wait for the
 * disk to have each byte, which would cost more than a small build; if the power fails, {@link Store.verify}
 * finds the trees that did not get there.
 *
 * Trees keep their permissions, so their owner could write to them. Nothing in the project does: the sandbox
 * mounts them read-only.
 */
import { randomUUID } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf, StagexError } from "@stagex/core";
import { explain, explaining } from "./errors.ts";
import { flock } from "./lock.ts";
import { digestOf, diskUsage, inChunks, normalise, removeTree, sizeOf, tarOf } from "./tree.ts";

export interface StoredTree {
  /** sha256 of the canonical tar, in lower-case hexadecimal. */
  readonly digest: string;
  /** Bytes of the canonical tar. */
  readonly size: number;
  /** Number of entries: directories, files and symlinks. */
  readonly files: number;
}

export interface AddOptions {
  /** SOURCE_DATE_EPOCH: seconds since 1970, the time of every entry. */
  readonly epoch: number;
  /** The digest that the tree must have, or it is not added. */
  readonly expect?: string;
}

export interface Garbage {
  /** Digests of the trees removed, sorted. */
  readonly removed: readonly string[];
  /** Bytes of disk space freed, those of dead scratch folders included. */
  readonly bytes: number;
}

const folders = ["trees", "records", "scratch"] as const;
const isDigest = (text: string) => /^[0-9a-f]{64}$/.test(text);
/** Between two attempts to get a named lock that another holds. */
const RETRY_MS = 50;
/** A holder's death is looked for at every so many attempts, as that starts a process. */
const ATTEMPTS_PER_CHECK = 10;

export class Store {
  /** Absolute path of the store. */
  readonly directory: string;
  readonly #lock: number;
  #shared: Promise<boolean> | undefined;
  /** Names in `scratch` that this process made. */
  readonly #own = new Set<string>();
  #session: Promise<Session> | undefined;

  private constructor(directory: string, lock: number) {
    this.directory = directory;
    this.#lock = lock;
  }

  /**
   * Opens the store in `directory`, which is made if it is not there.
   *
   * @throws StagexError of kind `machine` when the directory cannot be written to.
   */
  static open(directory: string): Promise<Store> {
    return explaining(`use the store ${directory}`, async () => {
      for (const folder of folders) makeDirectory(join(directory, folder));
      const lock = openSync(join(directory, "lock"), "a");
      return new Store(resolve(directory), lock);
    });
  }

  /**
   * Takes a share in the store's lock, which keeps garbage from being collected; waits while it is. Whoever only
   * asks what there is needs none, and saves the time to start flock(1).
   */
  #share(): Promise<boolean> {
    this.#shared ??= flock(this.#lock, "--shared");
    return this.#shared;
  }

  /** Lets go of the store. A process that ends need not call it. */
  async close(): Promise<void> {
    const session = await this.#session;
    if (session) closeSync(session.file);
    if (session) rmSync(session.path, { force: true });
    closeSync(this.#lock);
  }

  /** The directory of a tree, whether or not the store has it. Nothing may be changed in it. */
  treePath(digest: string): string {
    if (!isDigest(digest)) throw new TypeError(`${JSON.stringify(digest)} is not a digest`);
    return join(this.#folder("trees"), digest);
  }

  /** Whether the store has a tree. Costs one system call. */
  has(digest: string): boolean {
    return existsSync(this.treePath(digest));
  }

  /** Digests of all trees in the store, sorted. */
  list(): string[] {
    return readdirSync(this.#folder("trees")).filter(isDigest).sort();
  }

  /**
   * Takes over a directory that a build made: moves it into the store as a tree. Its permissions, times and
   * owner are normalised, and hard links become files of their own. Extended attributes and access control
   * lists are no part of a tree and are not looked at.
   *
   * @param directory on the store's file system, best below {@link Store.scratch}; no process may still write
   * to it. It is gone afterwards. If the tree cannot be added, it stays where it is.
   * @throws StagexError of kind `build` that names the entry, for what a tree cannot hold; or when the digest
   * is not the expected one; of kind `machine` when the disk is full or not writable.
   */
  add(directory: string, { epoch, expect }: AddOptions): Promise<StoredTree> {
    return explaining("add a tree to the store", async () => {
      await this.#share();
      const files = await normalise(directory, epoch, this.#scratchPath("copy"));
      const { digest, size } = await digestOf(directory);
      if (expect !== undefined && digest !== expect) {
        throw new StagexError("build", {
          cannot: `add the tree ${expect} to the store`,
          because: `the directory holds another tree, ${digest}`,
        });
      }
      await this.#place(directory, this.treePath(digest));
      return { digest, size, files };
    });
  }

  async #place(directory: string, path: string): Promise<void> {
    try {
      renameSync(directory, path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Another process, or an earlier build, was first with the same tree.
      if (code === "ENOTEMPTY" || code === "EEXIST") return removeTree(directory);
      throw error;
    }
  }

  /** Bytes of a tree's canonical tar. Reads no file. */
  async size(digest: string): Promise<number> {
    await this.#share();
    return sizeOf(this.treePath(digest));
  }

  /** The canonical tar of a tree, as bytes of an OCI layer or for a cache. */
  tar(digest: string): Readable {
    return Readable.from(inChunks(tarOf(this.treePath(digest))), { objectMode: false });
  }

  /**
   * Reads a tree again from the disk and checks that it is what its digest says. A tree that was changed is
   * moved aside, so that nothing uses it and the next build makes it anew.
   *
   * @throws StagexError of kind `build` if the tree was changed, or of kind `machine` if it is not there.
   */
  async verify(digest: string): Promise<void> {
    await this.#share();
    const found = await this.#digestOnDisk(digest);
    if (found === digest) return;
    const aside = this.#scratchPath(`damaged-${digest}`);
    renameSync(this.treePath(digest), aside);
    throw new StagexError("build", {
      cannot: `use the tree ${digest}`,
      because: `it was changed on the disk (${found})`,
      remedy: `It was moved to ${aside}. Run the command again to build it anew, and check the disk.`,
    });
  }

  async #digestOnDisk(digest: string): Promise<string> {
    if (!this.has(digest)) {
      throw new StagexError("machine", {
        cannot: `verify the tree ${digest}`,
        because: "the store does not have it",
        remedy: "Build it first.",
      });
    }
    try {
      return (await digestOf(this.treePath(digest))).digest;
    } catch (error) {
      // What no tree can hold, such as a device, or a file that cannot be read, is a change as well.
      return error instanceof StagexError ? error.because : reasonOf(error);
    }
  }

  /** Removes a tree, if the store has it. No running build may use it. */
  async remove(digest: string): Promise<void> {
    if (!this.has(digest)) return;
    const doomed = this.#scratchPath("removed");
    renameSync(this.treePath(digest), doomed);
    await this.discard(doomed);
  }

  /** Records that a build of this key gave the tree `digest`. */
  remember(key: string, digest: string): void {
    if (!isDigest(digest)) throw new TypeError(`${JSON.stringify(digest)} is not a digest`);
    const target = join("..", "trees", digest);
    try {
      if (trySymlink(target, this.#recordPath(key)) || this.recall(key) === digest) return;
      const fresh = this.#scratchPath("record");
      symlinkSync(target, fresh);
      renameSync(fresh, this.#recordPath(key));
    } catch (error) {
      throw explain("record a build in the store", error);
    }
  }

  /** The digest that a build of this key gave. The store need not have the tree any more. */
  recall(key: string): string | undefined {
    try {
      const digest = basename(readlinkSync(this.#recordPath(key)));
      return isDigest(digest) ? digest : undefined;
    } catch {
      return undefined; // a record that cannot be read costs a build, nothing else
    }
  }

  #recordPath(key: string): string {
    return join(this.#folder("records"), plainName(key));
  }

  /**
   * A fresh, empty directory for work on the store's file system, so that {@link Store.add} can move what is
   * made in it. It is the caller's to remove, see {@link Store.discard}; what a killed process leaves is removed
   * with the garbage.
   */
  scratch(label: string): Promise<string> {
    return explaining("make a work directory in the store", async () => {
      await this.#share();
      const path = this.#scratchPath(plainName(label));
      mkdirSync(path);
      // A set-gid parent would pass that bit on to all that is made below.
      chmodSync(path, 0o755);
      return path;
    });
  }

  /** Removes a work directory with all that is in it. */
  async discard(scratch: string): Promise<void> {
    await explaining("remove a work directory of the store", () => removeTree(scratch));
    this.#own.delete(basename(scratch));
  }

  /** A free path in `scratch`. */
  #scratchPath(label: string): string {
    const name = `${label}-${randomUUID()}`;
    this.#own.add(name);
    return join(this.#folder("scratch"), name);
  }

  /**
   * Runs `work` while no other process, and nobody else in this one, runs work under the same name.
   *
   * The lock is a hard link to a file that this process keeps under a kernel lock while it lives. So an
   * uncontended lock costs a link and an unlink, and whoever finds the link can ask the kernel whether its
   * holder is dead.
   *
   * @param signal ends the wait for the lock; its reason is thrown.
   */
  async withLock<T>(name: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    await this.#share();
    this.#session ??= this.#openSession();
    const session = await this.#session;
    const path = join(this.#folder("scratch"), `lock-${plainName(name)}`);
    for (let attempt = 0; !tryLink(session.path, path); attempt += 1) {
      signal?.throwIfAborted();
      if (attempt % ATTEMPTS_PER_CHECK === 0 && (await unlinkIfDead(path))) continue;
      await sleep(RETRY_MS, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
    }
    this.#own.add(basename(path));
    try {
      return await work();
    } finally {
      unlinkSync(path);
      this.#own.delete(basename(path));
    }
  }

  async #openSession(): Promise<Session> {
    const path = this.#scratchPath("session");
    const file = openSync(path, "wx");
    await flock(file);
    return { path, file };
  }

  /**
   * Removes the trees that are not among `roots`, the records of trees that are gone, and what killed processes
   * left in `scratch`. Not to be called while this process builds.
   *
   * @param options.dryRun only tell what would be removed.
   * @throws StagexError of kind `machine` while another process uses the store.
   */
  collectGarbage(roots: Iterable<string>, options: { dryRun?: boolean } = {}): Promise<Garbage> {
    const keep = new Set(roots);
    return explaining("collect the store's garbage", () =>
      this.#alone(async () => {
        const trees = this.list().filter((digest) => !keep.has(digest));
        const left = readdirSync(this.#folder("scratch")).filter((name) => !this.#own.has(name));
        const paths = [
          ...trees.map((digest) => this.treePath(digest)),
          ...left.map((name) => join(this.#folder("scratch"), name)),
        ];
        const bytes = paths.reduce((sum, path) => sum + diskUsage(path), 0);
        if (!options.dryRun) await this.#sweep(trees, left);
        return { removed: trees, bytes };
      }),
    );
  }

  async #sweep(trees: readonly string[], left: readonly string[]): Promise<void> {
    for (const digest of trees) await this.remove(digest);
    for (const name of left) await removeTree(join(this.#folder("scratch"), name));
    for (const key of readdirSync(this.#folder("records"))) {
      const record = this.#recordPath(key);
      if (!existsSync(record)) rmSync(record); // its tree is gone
    }
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    // flock(2) gives up the shared lock before it takes the exclusive one, so in either case we ask again.
    const alone = await flock(this.#lock, "--exclusive", "--nonblock");
    try {
      if (alone) return await work();
    } finally {
      await flock(this.#lock, "--shared");
    }
    throw new StagexError("machine", {
      cannot: "collect the store's garbage",
      because: "another stagex uses the store",
      remedy: "Wait until it has ended, and run the command again.",
    });
  }

  #folder(name: (typeof folders)[number]): string {
    return join(this.directory, name);
  }
}

/** As `mkdir -p`. Node's own `recursive` says that a read-only file system has "no such file or directory". */
function makeDirectory(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    makeDirectory(dirname(path));
    if (!existsSync(path)) mkdirSync(path);
  }
}

/** A file that is locked while its process lives. */
interface Session {
  readonly path: string;
  readonly file: number;
}

function trySymlink(target: string, path: string): boolean {
  try {
    symlinkSync(target, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function tryLink(existing: string, path: string): boolean {
  try {
    linkSync(existing, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw explain("take a lock in the store", error);
  }
}

/** Whether the lock at `path` is free now, since its holder has ended or is dead. */
async function unlinkIfDead(path: string): Promise<boolean> {
  let file: number;
  try {
    file = openSync(path, "r+");
  } catch {
    return true;
  }
  try {
    if (!(await flock(file, "--exclusive", "--nonblock"))) return false;
    // With the dead holder's own lock in our hands, nobody else can remove this link. But someone may have
    // done so before, and the link may be another holder's by now.
    if (fstatSync(file).ino === statSync(path, { throwIfNoEntry: false })?.ino) unlinkSync(path);
    return true;
  } finally {
    closeSync(file);
  }
}

/** Checks a name that becomes a file name. */
function plainName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._+@-]{0,200}$/.test(name)) return name;
  throw new TypeError(`${JSON.stringify(name)} cannot name a file in the store`);
}
