/**
 * The canonical tar of a tree: one tree, one sequence of bytes. Its sha256 is the tree's digest, and as it is
 * never compressed it is also the digest and the diff id of an OCI layer.
 *
 * The format is the ustar interchange format with pax extended headers, as in POSIX.1-2017, volume Shell and
 * Utilities, `pax`, sections "ustar Interchange Format" and "pax Header Block"
 * (https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html), with every choice made:
 *
 * - Entries stand in the order of the bytes of their names. A directory's name ends in `/`, so what it holds
 *   follows it. The root itself has no entry, and no name begins with `./`.
 * - Owner and group are 0 without names, device numbers are 0, all times are the same, permissions are within
 *   0755, and those of a symlink are 0755.
 * - A pax header precedes an entry only for what ustar cannot hold: a name or a target of more than 100 bytes,
 *   a size from 8 GiB. The ustar `prefix` field stays empty. In the entry's own header such a name or target
 *   is cut to 100 bytes, and such a size is 0.
 * - Two blocks of zeros end the archive. Nothing follows them.
 *
 * Nothing here does I/O.
 */

/** What a tree may hold. `path` is relative to the root, with `/` between names and none at the end. */
export type TreeEntry =
  | { readonly type: "directory"; readonly path: string; readonly mode: number }
  | { readonly type: "file"; readonly path: string; readonly mode: number; readonly size: number }
  | { readonly type: "symlink"; readonly path: string; readonly target: string };

/** An entry and its time, in seconds since 1970. */
export interface TarMember {
  readonly entry: TreeEntry;
  readonly mtime: number;
}

const BLOCK = 512;
/** Bytes that ustar's `name` and `linkname` hold. */
const NAME_LIMIT = 100;
/** Eleven octal digits: the first size that ustar's `size` cannot hold. */
const SIZE_LIMIT = 8 ** 11;
/** No path or target of Linux has more than 4,096 bytes, so a longer pax header is not ours. */
const PAX_LIMIT = 16 * BLOCK;

const typeFlags = { file: "0", symlink: "2", directory: "5" } as const;

/** The two blocks of zeros that end the archive. */
export const tarEnd: Uint8Array = new Uint8Array(2 * BLOCK);

/** The name that an entry has in the archive, and by whose bytes the entries are sorted. */
export const tarName = (entry: TreeEntry): string =>
  entry.type === "directory" ? `${entry.path}/` : entry.path;

/**
 * Permissions as a tree keeps them: what a umask of 022 leaves, without set-uid, set-gid and sticky bits, and
 * such that the owner can read the tree.
 */
export const treeMode = (type: "directory" | "file", mode: number): number =>
  (mode & 0o755) | (type === "directory" ? 0o500 : 0o400);

/** Zeros from the end of a file of `size` bytes to the end of its last block. */
export const tarPadding = (size: number): Uint8Array => tarEnd.subarray(0, (BLOCK - (size % BLOCK)) % BLOCK);

/** The header of an entry, with the pax header before it where one is needed. */
export function tarHeader({ entry, mtime }: TarMember): Uint8Array {
  const name = Buffer.from(tarName(entry));
  const target = Buffer.from(entry.type === "symlink" ? entry.target : "");
  const size = entry.type === "file" ? entry.size : 0;
  const mode = entry.type === "symlink" ? 0o755 : entry.mode;

  const extended: Buffer[] = [];
  if (target.length > NAME_LIMIT) extended.push(paxRecord("linkpath", target));
  if (name.length > NAME_LIMIT) extended.push(paxRecord("path", name));
  if (size >= SIZE_LIMIT) extended.push(paxRecord("size", Buffer.from(String(size))));

  const header = ustarHeader({
    name,
    target,
    mode,
    mtime,
    size: size < SIZE_LIMIT ? size : 0,
    typeFlag: typeFlags[entry.type],
  });
  if (extended.length === 0) return header;

  const body = Buffer.concat(extended);
  const paxHeader = ustarHeader({
    name: Buffer.from("PaxHeader"),
    target: Buffer.alloc(0),
    mode: 0o644,
    mtime,
    size: body.length,
    typeFlag: "x",
  });
  return Buffer.concat([paxHeader, body, tarPadding(body.length), header]);
}

interface UstarFields {
  name: Buffer;
  target: Buffer;
  mode: number;
  mtime: number;
  size: number;
  typeFlag: string;
}

function ustarHeader({ name, target, mode, mtime, size, typeFlag }: UstarFields): Buffer {
  const block = Buffer.alloc(BLOCK);
  name.copy(block, 0, 0, NAME_LIMIT);
  block.write(octal(mode, 7), 100);
  block.write(octal(0, 7), 108); // owner
  block.write(octal(0, 7), 116); // group
  block.write(octal(size, 11), 124);
  block.write(octal(mtime, 11), 136);
  block.write("        ", 148); // the checksum is taken with spaces in its own place
  block.write(typeFlag, 156);
  target.copy(block, 157, 0, NAME_LIMIT);
  block.write("ustar\x0000", 257);
  block.write(octal(0, 7), 329); // device, major
  block.write(octal(0, 7), 337); // device, minor
  let sum = 0;
  // By index: this loop runs over each header, and an iterator would double the time of a small file.
  for (let index = 0; index < BLOCK; index += 1) sum += block[index] as number;
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}

function octal(value: number, digits: number): string {
  if (!Number.isInteger(value) || value < 0 || value >= 8 ** digits) {
    throw new RangeError(`a tar header cannot hold the number ${value} in ${digits} octal digits`);
  }
  return value.toString(8).padStart(digits, "0");
}

/** `LENGTH KEYWORD=VALUE\n`, where LENGTH counts the whole record, itself included. */
function paxRecord(keyword: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${keyword}=`), value, Buffer.from("\n")]);
  let length = rest.length;
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

/**
 * Whether a symlink's `..` climb above the tree's root. An absolute target begins at the tree's own root. The
 * names are counted, not looked up: what a target passes through may lie in another tree.
 */
export function leavesTree(path: string, target: string): boolean {
  let depth = target.startsWith("/") ? 0 : path.split("/").length - 1;
  for (const name of target.split("/")) {
    if (name === "..") depth -= 1;
    else if (name !== "" && name !== ".") depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

/**
 * Reads a canonical tar, and accepts exactly what {@link tarHeader} and its companions write: each header is
 * parsed, written again, and must give the same bytes. Holds no more than one chunk and the names.
 *
 * @returns each entry, a file's followed by its content in pieces.
 * @throws Error when the archive is truncated, not canonical, or does not describe a tree.
 */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<TarMember | Uint8Array, void, undefined> {
  const input = new Pieces(chunks);
  const seen = new Map<string, TreeEntry["type"]>();
  let last = Buffer.alloc(0);
  let time: number | undefined;
  try {
    for (;;) {
      const first = await input.take(BLOCK);
      if (first.every((byte) => byte === 0)) break;
      const header = Buffer.concat([first, await restOfHeader(input, first)]);
      const member = parseHeader(header);
      const { entry, mtime } = member;
      if (!header.equals(tarHeader(member))) {
        throw new Error(`the header of ${JSON.stringify(entry.path)} is not canonical`);
      }
      time ??= mtime;
      if (mtime !== time) throw new Error(`${JSON.stringify(entry.path)} has a time of its own`);
      const name = Buffer.from(tarName(entry));
      if (last.compare(name) >= 0) throw new Error(`${JSON.stringify(entry.path)} is out of order`);
      checkPlace(entry, seen);
      last = name;
      seen.set(entry.path, entry.type);
      yield member;

      if (entry.type !== "file") continue;
      yield* input.pieces(entry.size);
      const padding = await input.take(tarPadding(entry.size).length);
      if (padding.some((byte) => byte !== 0)) {
        throw new Error(`the padding of ${JSON.stringify(entry.path)} is not zero`);
      }
    }
    const end = await input.take(BLOCK);
    if (end.some((byte) => byte !== 0)) throw new Error("only one block of zeros ends it");
    if (!(await input.atEnd())) throw new Error("bytes follow its end");
  } finally {
    await input.close();
  }
}

/** After a pax header's first block: its body, and the block of the entry that it belongs to. */
async function restOfHeader(input: Pieces, first: Buffer): Promise<Buffer> {
  if (first.toString("latin1", 156, 157) !== "x") return Buffer.alloc(0);
  const size = parseOctal(first, 124, 11);
  if (size > PAX_LIMIT) throw new Error(`a pax header has ${size} bytes`);
  return input.take(size + tarPadding(size).length + BLOCK);
}

/** What a header says. Its form is not checked here: {@link readTar} compares it with what would be written. */
function parseHeader(header: Buffer): TarMember {
  const block = header.subarray(-BLOCK);
  const extended = parsePax(header.subarray(BLOCK, -BLOCK));
  return { entry: parseEntry(block, extended), mtime: parseOctal(block, 136, 11) };
}

function parseEntry(block: Buffer, extended: ReadonlyMap<string, string>): TreeEntry {
  const path = extended.get("path") ?? textOf(cString(block, 0));
  const mode = parseOctal(block, 100, 7);
  switch (block.toString("latin1", 156, 157)) {
    case typeFlags.file:
      return { type: "file", path, mode, size: Number(extended.get("size") ?? parseOctal(block, 124, 11)) };
    case typeFlags.symlink:
      return { type: "symlink", path, target: extended.get("linkpath") ?? textOf(cString(block, 157)) };
    case typeFlags.directory:
      return { type: "directory", path: path.replace(/\/$/, ""), mode };
    default:
      throw new Error(`${JSON.stringify(path)} is no file, directory or symlink`);
  }
}

/** The values of our own keywords; any other record is found by the comparison. */
function parsePax(body: Buffer): Map<string, string> {
  const values = new Map<string, string>();
  for (let at = 0; at < body.length && body[at] !== 0; ) {
    const space = body.indexOf(" ", at);
    const length = Number(body.toString("latin1", at, space));
    const equals = body.indexOf("=", space);
    if (space < 0 || equals < 0 || !(length > equals - at) || at + length > body.length) {
      throw new Error("a pax header is damaged");
    }
    values.set(
      body.toString("latin1", space + 1, equals),
      textOf(body.subarray(equals + 1, at + length - 1)),
    );
    at += length;
  }
  return values;
}

function checkPlace(entry: TreeEntry, seen: ReadonlyMap<string, TreeEntry["type"]>): void {
  const { path } = entry;
  const where = JSON.stringify(path);
  const names = path.split("/");
  if (names.some((name) => name === "" || name === "." || name === ".." || name.includes("\0"))) {
    throw new Error(`${where} is no path of a tree`);
  }
  const parent = names.slice(0, -1).join("/");
  if (parent !== "" && seen.get(parent) !== "directory") throw new Error(`${where} stands in no directory`);
  if (seen.has(path)) throw new Error(`${where} is there twice`);
  if (entry.type === "symlink") {
    if (entry.target === "" || entry.target.includes("\0")) throw new Error(`${where} has no valid target`);
    if (leavesTree(path, entry.target)) throw new Error(`the symlink ${where} leads out of the tree`);
  } else if (entry.mode !== treeMode(entry.type, entry.mode)) {
    throw new Error(`${where} has the permissions ${entry.mode.toString(8)}`);
  }
}

/** A field of at most 100 bytes, up to the first NUL. */
function cString(block: Buffer, offset: number): Buffer {
  const field = block.subarray(offset, offset + NAME_LIMIT);
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error("a name is not UTF-8");
  }
}

const parseOctal = (block: Buffer, offset: number, digits: number): number => {
  const text = block.toString("latin1", offset, offset + digits);
  if (!/^[0-7]+$/.test(text)) throw new Error("a header is damaged");
  return Number.parseInt(text, 8);
};

/** A stream of chunks of any size, read by counts of bytes. */
class Pieces {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Exactly `count` bytes as they come, without copying them. */
  async *pieces(count: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let left = count; left > 0; ) {
      if (await this.atEnd()) throw new Error("it is truncated");
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  /** Exactly `count` bytes in one piece, for headers and padding. */
  async take(count: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.pieces(count)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async atEnd(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next();
      if (next.done) return true;
      this.#rest = next.value;
    }
    return false;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
