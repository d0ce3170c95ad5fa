import { execFileSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import {
  leavesTree,
  readTar,
  type TreeEntry,
  tarEnd,
  tarHeader,
  tarName,
  tarPadding,
  treeMode,
} from "../src/tar.ts";

const EPOCH = 1_767_225_600;
const folder = mkdtempSync(join(tmpdir(), "stagex-tar-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A tree in memory: what an entry is, and a file's content. */
type Tree = { entry: TreeEntry; content: Buffer }[];

const file = (path: string, content: string | Buffer = "", mode = 0o644) => {
  const bytes = Buffer.from(content);
  return { entry: { type: "file", path, mode, size: bytes.length } as const, content: bytes };
};
const directory = (path: string, mode = 0o755) => ({
  entry: { type: "directory", path, mode } as const,
  content: Buffer.alloc(0),
});
const symlink = (path: string, target: string) => ({
  entry: { type: "symlink", path, target } as const,
  content: Buffer.alloc(0),
});

const write = (tree: Tree, mtime = EPOCH): Buffer =>
  Buffer.concat([
    ...tree.flatMap(({ entry, content }) => [
      tarHeader({ entry, mtime }),
      content,
      tarPadding(content.length),
    ]),
    tarEnd,
  ]);

async function read(bytes: Uint8Array, chunk = 1000): Promise<Tree> {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  }
  const tree: Tree = [];
  for await (const part of readTar(chunks())) {
    if (!(part instanceof Uint8Array)) tree.push({ entry: part.entry, content: Buffer.alloc(0) });
    else {
      const last = tree.at(-1) as Tree[number];
      last.content = Buffer.concat([last.content, part]);
    }
  }
  return tree;
}

const awkward = fc.string({
  unit: fc.constantFrom("a", "b", "-", "é", "😀", "～"),
  minLength: 1,
  maxLength: 60,
});
/** A name of a tree: any text but `/`, NUL, `.` and `..`, of at most the 255 bytes that Linux allows. */
const anyName = fc
  .oneof(fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }), awkward)
  .map((text) => text.replace(/[/\0]/g, "_"))
  .filter((text) => text !== "." && text !== ".." && Buffer.byteLength(text) <= 255);

type Node = { [name: string]: Node | Buffer | string };
function treesOf(name: fc.Arbitrary<string>): fc.Arbitrary<Tree> {
  const content = fc.uint8Array({ maxLength: 1100 }).map((bytes) => Buffer.from(bytes));
  // Absolute, so that it cannot climb out of the tree.
  const target = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join("/")}`);
  const node: fc.Memo<Node> = fc.memo((depth) => {
    const value = fc.oneof(content, target, ...(depth > 1 ? [node()] : []));
    return fc.array(fc.tuple(name, value), { maxLength: 4 }).map((entries) => Object.fromEntries(entries));
  });
  return node(4).map((root) => flatten(root));
}
const trees = treesOf(anyName);

function flatten(root: Node, above = ""): Tree {
  const items = Object.entries(root).flatMap(([base, value]) => {
    const path = above + base;
    if (Buffer.isBuffer(value)) return [file(path, value, value.length % 2 ? 0o755 : 0o444)];
    if (typeof value === "string") return [symlink(path, value)];
    return [directory(path), ...flatten(value, `${path}/`)];
  });
  return items.sort((a, b) => Buffer.from(tarName(a.entry)).compare(Buffer.from(tarName(b.entry))));
}

describe("the canonical tar", () => {
  test("is what GNU tar writes for the same entries in the same order", () => {
    const root = join(folder, "gnu");
    mkdirSync(join(root, "bin"), { recursive: true });
    writeFileSync(join(root, "bin/tcc"), "x".repeat(513));
    chmodSync(join(root, "bin/tcc"), 0o755);
    writeFileSync(join(root, "bin-empty"), "");
    symlinkSync("bin/tcc", join(root, "cc"));
    const options =
      "--format=ustar --owner=0 --group=0 --numeric-owner --mode=go-w --no-recursion --blocking-factor=1";
    const gnu = execFileSync("tar", [
      ...options.split(" "),
      ...[`--mtime=@${EPOCH}`, "-C", root, "-c", "bin-empty", "bin", "bin/tcc", "cc"],
    ]);
    const ours = [
      file("bin-empty"),
      directory("bin"),
      file("bin/tcc", "x".repeat(513), 0o755),
      symlink("cc", "bin/tcc"),
    ];
    expect(write(ours).equals(gnu)).toBe(true);
  });

  // bsdtar brings names into Unicode's normal form C as it unpacks, so its trees have only names in that form.
  for (const [program, unpackable] of [
    ["tar", trees],
    ["bsdtar", treesOf(awkward)],
  ] as const) {
    test.skipIf(!isInstalled(program))(`is unpacked by ${program} to the same tree`, () => {
      let run = 0;
      fc.assert(
        fc.property(unpackable, (tree) => {
          const root = join(folder, `${program}-${run++}`);
          mkdirSync(root);
          execFileSync(program, ["-x", "-p", "-f", "-", "-C", root], {
            input: write(tree),
            env: { ...process.env, LC_ALL: "C.UTF-8" },
          });
          expect(onDisk(root)).toEqual(tree.map(({ entry, content }) => [entry, content.toString("hex")]));
          rmSync(root, { recursive: true });
        }),
        { numRuns: 25 },
      );
    });
  }

  test("holds names and targets of every length around 100 bytes", async () => {
    const lengths = [...Array(30).keys()].map((index) => index + 85);
    for (const letter of ["a", "é", "😀"]) {
      const path = (length: number) => letter.repeat(length).slice(0, length - (length % letter.length));
      const tree = lengths
        .flatMap((length) => {
          const long = Buffer.from(path(length)).subarray(0, length).toString().replaceAll("\ufffd", "");
          return [file(`f${long}`), directory(`d${long}`), symlink(`s${long}`, long)];
        })
        .filter(({ entry }, index, all) => all.findIndex((one) => one.entry.path === entry.path) === index)
        .sort((a, b) => Buffer.from(tarName(a.entry)).compare(Buffer.from(tarName(b.entry))));
      expect(await read(write(tree))).toEqual(tree);
      const listed = execFileSync("tar", ["-t", "--quoting-style=literal", "-f", "-"], {
        input: write(tree),
      });
      expect(listed.toString().trimEnd().split("\n")).toEqual(tree.map(({ entry }) => tarName(entry)));
    }
  });

  test("uses a pax header from 101 bytes and from 8 GiB, and not before", () => {
    const blocks = (entry: TreeEntry) => tarHeader({ entry, mtime: EPOCH }).length / 512;
    expect(blocks(file("a".repeat(100)).entry)).toBe(1);
    expect(blocks(file("a".repeat(101)).entry)).toBe(3);
    expect(blocks(directory("a".repeat(99)).entry)).toBe(1);
    expect(blocks(directory("a".repeat(100)).entry)).toBe(3);
    expect(blocks(symlink("a", "b".repeat(100)).entry)).toBe(1);
    expect(blocks(symlink("a", "b".repeat(101)).entry)).toBe(3);
    expect(blocks({ type: "file", path: "a", mode: 0o644, size: 8 ** 11 - 1 })).toBe(1);
    expect(blocks({ type: "file", path: "a", mode: 0o644, size: 8 ** 11 })).toBe(3);
  });

  test("gives sizes from 8 GiB as GNU tar reads them", () => {
    const header = tarHeader({
      entry: { type: "file", path: "big", mode: 0o644, size: 8 ** 11 + 1 },
      mtime: EPOCH,
    });
    const { stdout } = runTar(["-t", "-v", "-f", "-"], Buffer.from(header));
    expect(stdout).toMatch(/ 8589934593 .* big/);
  });

  test("refuses numbers that a header cannot hold", () => {
    expect(() => tarHeader({ entry: file("a").entry, mtime: 0.5 })).toThrow("cannot hold the number 0.5");
    expect(() => tarHeader({ entry: file("a").entry, mtime: -1 })).toThrow("cannot hold the number -1");
  });

  test("keeps of the permissions what a umask of 022 leaves, and what the owner needs to read", () => {
    const modes = [0o777, 0o666, 0o4755, 0o1777, 0o444, 0o000];
    expect(modes.map((mode) => treeMode("file", mode).toString(8))).toEqual([
      "755",
      "644",
      "755",
      "755",
      "444",
      "400",
    ]);
    expect(treeMode("directory", 0o222).toString(8)).toBe("700");
  });
});

describe("the reader", () => {
  test("gives back every tree, however it is cut into chunks, so no two trees have the same bytes", async () => {
    await fc.assert(
      fc.asyncProperty(trees, fc.integer({ min: 1, max: 3000 }), async (tree, chunk) => {
        expect(await read(write(tree), chunk)).toEqual(tree);
      }),
    );
  });

  test("accepts no other bytes than the writer's", async () => {
    const bytes = write([directory("a"), file("a/b", "content"), symlink("c", "x".repeat(101))]);
    const position = fc.integer({ min: 0, max: bytes.length - 1 });
    await fc.assert(
      fc.asyncProperty(position, fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] as number) ^ change;
        const tree = await read(changed).catch(() => undefined);
        if (tree) expect(write(tree).equals(changed)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test("refuses an archive cut short anywhere", async () => {
    const bytes = write([directory("a"), file("a/b", "content"), file("d".repeat(120), "x")]);
    for (let length = 0; length < bytes.length; length += 64) {
      await expect(read(bytes.subarray(0, length))).rejects.toThrow("it is truncated");
    }
  });

  const [a, b] = [file("a"), file("b")];
  const hostile: [string, Buffer, string][] = [
    ["names out of order", write([b, a]), '"a" is out of order'],
    ["a name twice", write([a, a]), '"a" is out of order'],
    ["a file and a directory of one name", write([a, directory("a")]), '"a" is there twice'],
    // U+FF5E comes before U+1F600 by bytes, and after it by UTF-16 code units.
    ["the order of UTF-16", write([file("\u{1f600}"), file("\uff5e")]), '"～" is out of order'],
    ["a path that climbs", write([file("../a")]), '"../a" is no path of a tree'],
    ["an absolute path", write([file("/etc/passwd")]), '"/etc/passwd" is no path of a tree'],
    ["a leading ./", write([file("./a")]), '"./a" is no path of a tree'],
    ["an entry for the root", write([directory("")]), '"" is no path of a tree'],
    ["a file whose directory is not there", write([file("a/b")]), '"a/b" stands in no directory'],
    ["a file below a file", write([a, file("a/b")]), '"a/b" stands in no directory'],
    ["a file below a symlink", write([symlink("a", "/etc"), file("a/b")]), '"a/b" stands in no directory'],
    ["a symlink out of the tree", write([symlink("a", "../b")]), 'the symlink "a" leads out of the tree'],
    ["a symlink to nothing", write([symlink("a", "")]), '"a" has no valid target'],
    ["a set-uid file", write([file("a", "", 0o4755)]), '"a" has the permissions 4755'],
    ["a file that others may write", write([file("a", "", 0o666)]), '"a" has the permissions 666'],
    ["two times", Buffer.concat([write([a]).subarray(0, 512), write([b], 1)]), '"b" has a time of its own'],
    ["bytes after the end", Buffer.concat([write([a]), Buffer.alloc(512)]), "bytes follow its end"],
    ["one block of zeros at the end", write([a]).subarray(0, -512), "it is truncated"],
    ["no tar at all", Buffer.from("<html>".repeat(200)), "a header is damaged"],
  ];
  for (const [what, bytes, message] of hostile) {
    test(`refuses ${what}`, async () => {
      await expect(read(bytes)).rejects.toThrow(message);
    });
  }

  test("refuses what GNU tar writes for a device, a hard link, or with an owner", async () => {
    writeFileSync(join(folder, "one"), "1");
    execFileSync("ln", [join(folder, "one"), join(folder, "two")]);
    const gnu = (...options: string[]) =>
      execFileSync("tar", [
        "--format=ustar",
        "--blocking-factor=1",
        ...options,
        "-c",
        "-C",
        folder,
        "one",
        "two",
      ]);
    await expect(read(gnu("--owner=0", "--group=0", "--numeric-owner"))).rejects.toThrow(
      "is no file, directory or symlink",
    );
    await expect(read(gnu("--owner=user:1000"))).rejects.toThrow('the header of "one" is not canonical');
    const device = execFileSync("tar", ["--format=ustar", "-b1", "-c", "-C", "/dev", "null"]);
    await expect(read(device)).rejects.toThrow('"null" is no file, directory or symlink');
  });
});

test.each([
  ["a", "b", false],
  ["a", "..", true],
  ["a", "../b", true],
  ["a/b", "../c", false],
  ["a/b", "../../c", true],
  ["a/b", "x/../../c", false],
  ["a/b", "./.././../c", true],
  ["a", "/etc/passwd", false],
  ["a/b/c", "/../etc", true],
])("a symlink at %s to %s leads out of the tree: %s", (path, target, leaves) => {
  expect(leavesTree(path, target)).toBe(leaves);
});

function onDisk(root: string, above = ""): [TreeEntry, string][] {
  const names = readdirSync(join(root, above), { withFileTypes: true }).map((one) => ({
    base: one.name,
    key: Buffer.from(one.isDirectory() ? `${one.name}/` : one.name),
  }));
  return names
    .sort((x, y) => x.key.compare(y.key))
    .flatMap(({ base }): [TreeEntry, string][] => {
      const path = above + base;
      const place = join(root, path);
      const stats = lstatSync(place);
      const mode = stats.mode & 0o7777;
      if (stats.isSymbolicLink()) return [[{ type: "symlink", path, target: readlinkSync(place) }, ""]];
      expect(stats.mtimeMs).toBe(EPOCH * 1000);
      if (stats.isDirectory()) return [[{ type: "directory", path, mode }, ""], ...onDisk(root, `${path}/`)];
      return [[{ type: "file", path, mode, size: stats.size }, readFileSync(place, "hex")]];
    });
}

function runTar(options: string[], input: Buffer): { stdout: string } {
  try {
    return { stdout: execFileSync("tar", options, { input, stdio: ["pipe", "pipe", "ignore"] }).toString() };
  } catch (error) {
    return { stdout: String((error as { stdout: Buffer }).stdout) };
  }
}

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
