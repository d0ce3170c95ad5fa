/**
 * Trees as they lie on the disk.
 *
 * The walks are generators over synchronous calls: a tree is many small files, and for each of them a trip to
 * Node's thread pool takes longer than the call. Whoever runs a walk decides when other work gets a turn, see
 * {@link Pace}.
 */
import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  lchownSync,
  lstatSync,
  lutimesSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  renameSync,
  rmdirSync,
  type Stats,
  unlinkSync,
} from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  leavesTree,
  StagexError,
  type TarMember,
  type TreeEntry,
  tarEnd,
  tarHeader,
  tarPadding,
  treeMode,
} from "@stagex/core";

const CHUNK = 256 * 1024;
const MODE = 0o7777;

/** Gives other work a turn as soon as the event loop was held for 10 ms. */
export class Pace {
  #since = performance.now();

  async keep(): Promise<void> {
    if (performance.now() - this.#since < 10) return;
    await nextTurn();
    this.#since = performance.now();
  }
}

/** The entries of a tree in the order of the canonical tar, exactly as they are on the disk. */
export function* entriesOf(root: string): Generator<TarMember> {
  const waiting = pathsIn(root, "");
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const member = describe(root, path, lstatSync(join(root, path)));
    yield member;
    if (member.entry.type === "directory") append(waiting, pathsIn(root, path));
  }
}

/**
 * The tar of a tree. Nothing is normalised on the way: it is the canonical tar exactly if the tree on the disk
 * is canonical, so that a change of any mode or time shows in the digest.
 */
export function* tarOf(root: string): Generator<Uint8Array> {
  for (const member of entriesOf(root)) {
    const { entry } = member;
    yield tarHeader(member);
    if (entry.type !== "file") continue;
    yield* contentOf(join(root, entry.path), entry.size);
    yield tarPadding(entry.size);
  }
  yield tarEnd;
}

/** The same bytes in pieces of at least {@link CHUNK}, as each piece costs a stream more than its bytes do. */
export function* inChunks(pieces: Iterable<Uint8Array>): Generator<Buffer> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  for (const piece of pieces) {
    waiting.push(piece);
    size += piece.length;
    if (size < CHUNK) continue;
    yield Buffer.concat(waiting, size);
    waiting = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(waiting, size);
}

/** The digest of a tree on the disk and the size of its tar in bytes. */
export async function digestOf(root: string): Promise<{ digest: string; size: number }> {
  // node:crypto, as it hashes with the processor's own instructions, far faster than any JavaScript.
  const hash = createHash("sha256");
  const pace = new Pace();
  let size = 0;
  for (const chunk of tarOf(root)) {
    hash.update(chunk);
    size += chunk.length;
    await pace.keep();
  }
  return { digest: hash.digest("hex"), size };
}

/** The size of a tree's tar in bytes. Reads no file. */
export function sizeOf(root: string): number {
  let size = tarEnd.length;
  for (const member of entriesOf(root)) {
    size += tarHeader(member).length;
    const content = member.entry.type === "file" ? member.entry.size : 0;
    size += content + tarPadding(content).length;
  }
  return size;
}

/**
 * Makes the tree at `root` canonical on the disk: permissions, times, owner, and one file for each name.
 *
 * @param spare a free path on the same file system.
 * @returns the number of entries.
 * @throws StagexError of kind `build` that names the entry, for what a tree cannot hold.
 */
export async function normalise(root: string, epoch: number, spare: string): Promise<number> {
  const pace = new Pace();
  const directories: [place: string, mode: number][] = [];
  let count = 0;

  openUp(root);
  directories.push([root, 0o755]);
  const waiting = pathsIn(root, "");
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const place = join(root, path);
    const stats = lstatSync(place);
    const { entry } = describe(root, path, stats);
    if (entry.type === "directory") {
      openUp(place);
      directories.push([place, treeMode(entry.type, entry.mode)]);
      append(waiting, pathsIn(root, path));
    } else if (entry.type === "file") {
      settle(
        place,
        stats.nlink > 1 ? detach(place, stats, spare) : stats,
        treeMode(entry.type, entry.mode),
        epoch,
      );
    } else {
      settle(place, stats, undefined, epoch);
    }
    count += 1;
    await pace.keep();
  }
  // From the bottom up: what is done in a directory changes its time, and needs permissions that it may lose.
  for (const [place, mode] of directories.reverse()) settle(place, lstatSync(place), mode, epoch);
  return count;
}

/** Lets the owner work in a directory. */
function openUp(directory: string | Buffer): void {
  const { mode } = lstatSync(directory);
  if ((mode & 0o700) !== 0o700) chmodSync(directory, 0o700);
}

/** Gives a file that shares its inode with other names an inode of its own. */
function detach(place: string, stats: Stats, spare: string): Stats {
  if ((stats.mode & 0o400) === 0) chmodSync(place, (stats.mode & MODE) | 0o400);
  copyFileSync(place, spare, constants.COPYFILE_FICLONE);
  renameSync(spare, place);
  chmodSync(place, stats.mode & MODE);
  return lstatSync(place);
}

/** Sets owner, permissions and time, each only where it differs. */
function settle(place: string, stats: Stats, mode: number | undefined, epoch: number): void {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  if (stats.uid !== uid || stats.gid !== gid) lchownSync(place, uid, gid);
  if (mode !== undefined && (stats.mode & MODE) !== mode) chmodSync(place, mode);
  if (stats.mtimeMs !== epoch * 1000) lutimesSync(place, epoch, epoch);
}

/** Paths of what is in a directory, in the reverse order of the canonical tar: the first is the last, to be popped. */
function pathsIn(root: string, directory: string): string[] {
  const above = directory === "" ? "" : `${directory}/`;
  const found = readdirSync(join(root, directory), { withFileTypes: true, encoding: "buffer" });
  const keyed = found.map((one) => {
    // Node's types know names as text only.
    const name = one.name as unknown as Buffer;
    if (!isUtf8(name)) {
      throw refused(`${JSON.stringify(above + name.toString("latin1"))} has a name that is not UTF-8`);
    }
    return { name, key: one.isDirectory() ? Buffer.concat([name, Buffer.from("/")]) : name };
  });
  return keyed.sort((a, b) => b.key.compare(a.key)).map(({ name }) => above + name.toString());
}

/** `push` with a list of any length as its arguments would overflow the stack. */
function append<T>(list: T[], more: readonly T[]): void {
  for (const one of more) list.push(one);
}

function describe(root: string, path: string, stats: Stats): TarMember {
  const mtime = Math.floor(stats.mtimeMs / 1000);
  const mode = stats.mode & MODE;
  const where = JSON.stringify(path);
  if (stats.isSymbolicLink()) {
    const target = readlinkSync(join(root, path), { encoding: "buffer" });
    if (!isUtf8(target)) throw refused(`the target of the symlink ${where} is not UTF-8`);
    if (leavesTree(path, target.toString())) {
      throw refused(`the symlink ${where} leads out of the tree, to ${JSON.stringify(target.toString())}`);
    }
    return { entry: { type: "symlink", path, target: target.toString() }, mtime };
  }
  if (stats.isDirectory() || stats.isFile()) {
    const special = specialBits.find(([bit]) => (mode & bit) !== 0);
    if (special) throw refused(`${where} has the ${special[1]} bit`);
    const entry: TreeEntry = stats.isDirectory()
      ? { type: "directory", path, mode }
      : { type: "file", path, mode, size: stats.size };
    return { entry, mtime };
  }
  throw refused(`${where} is a ${kindOf(stats)}`);
}

const specialBits: [number, string][] = [
  [0o4000, "set-uid"],
  [0o2000, "set-gid"],
  [0o1000, "sticky"],
];

function kindOf(stats: Stats): string {
  if (stats.isSocket()) return "socket";
  if (stats.isFIFO()) return "FIFO";
  if (stats.isBlockDevice()) return "block device";
  return stats.rdev === 0
    ? "character device 0/0, by which overlayfs marks a deleted file"
    : "character device";
}

const refused = (because: string) =>
  new StagexError("build", {
    cannot: "keep the tree",
    because,
    remedy:
      "A tree holds directories, regular files and symlinks within it. Let the package's last step correct it.",
  });

/** Exactly `size` bytes of a regular file. */
export function* contentOf(path: string, size: number): Generator<Buffer> {
  if (size === 0) return;
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    for (let left = size; left > 0; ) {
      const chunk = Buffer.allocUnsafe(Math.min(left, CHUNK));
      const count = readSync(file, chunk);
      if (count === 0) throw new Error(`${path} shrank while it was read`);
      left -= count;
      yield chunk.subarray(0, count);
    }
  } finally {
    closeSync(file);
  }
}

/**
 * Removes a tree, or whatever a build left, closed directories and names that are no text included. The sandbox
 * may be removing parts of it at the same time.
 */
export async function removeTree(path: string): Promise<void> {
  const pace = new Pace();
  const directories: Buffer[] = [];
  const waiting = [Buffer.from(path)];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    const stats = lstatSync(one, { throwIfNoEntry: false });
    if (stats?.isDirectory()) {
      directories.push(one);
      unlessGone(() => {
        openUp(one);
        append(waiting, childrenOf(one));
      });
    } else if (stats) {
      unlessGone(() => unlinkSync(one));
    }
    await pace.keep();
  }
  for (const one of directories.reverse()) {
    unlessGone(() => rmdirSync(one));
    await pace.keep();
  }
}

function unlessGone<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return undefined;
  }
}

/** Bytes that a file or a directory takes on the disk. What is in a closed directory does not count. */
export function diskUsage(path: string | Buffer): number {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return 0;
  const isOpen = stats.isDirectory() && (stats.mode & 0o500) === 0o500;
  const below = isOpen ? (unlessGone(() => childrenOf(path)) ?? []).map(diskUsage) : [];
  return below.reduce((sum, one) => sum + one, stats.blocks * 512);
}

/** Paths as bytes, for leftovers of builds, whose names may be no text. */
const childrenOf = (path: string | Buffer): Buffer[] =>
  readdirSync(path, { encoding: "buffer" }).map((name) =>
    Buffer.concat([Buffer.from(path), Buffer.from("/"), name]),
  );
