import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { compareTrees, Store } from "../src/index.ts";

const EPOCH = 1_767_225_600;
const isRoot = process.getuid?.() === 0;
const EMPTY_TREE = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"; // 1,024 zeros
const NOWHERE = "0".repeat(64);

let folder: string;
let actor: string;
let store: Store;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stagex-store-"));
  chmodSync(folder, 0o777);
  actor = join(folder, "actor.mjs");
  const source = fileURLToPath(new URL("actor.ts", import.meta.url));
  await build({
    entryPoints: [source],
    outfile: actor,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "error",
  });
});
// Not by rmSync, whose stack overflows on deep directories.
afterAll(() => execFileSync("rm", ["-rf", folder]));
beforeEach(async () => {
  store = await Store.open(mkdtempSync(join(folder, "store-")));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await store.close();
});

/** A fresh directory as a build leaves it: text for files, functions for the rest. */
async function output(entries: Record<string, string | ((path: string) => unknown)> = {}): Promise<string> {
  const root = join(await store.scratch("test"), "out");
  mkdirSync(root);
  for (const [name, value] of Object.entries(entries)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    if (typeof value === "string") writeFileSync(path, value);
    else await value(path);
  }
  return root;
}

const add = async (entries: Parameters<typeof output>[0]) =>
  store.add(await output(entries), { epoch: EPOCH });
const inStore = (digest: string, path: string) => join(store.treePath(digest), path);
const scratchNames = () => readdirSync(join(store.directory, "scratch"));

/** Another process that acts on the store. */
function start(...argv: string[]): ChildProcess {
  const child = spawn(process.execPath, [actor, ...argv], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  return child;
}
const ready = (child: ChildProcess) => new Promise((resolve) => child.stdout?.once("data", resolve));
const ended = (child: ChildProcess) => new Promise((resolve) => child.once("exit", resolve));

describe("adding a tree", () => {
  test("moves it in under the sha256 of its tar", async () => {
    const directory = await output({ "bin/tcc": "machine code", cc: (path) => symlinkSync("bin/tcc", path) });
    const { digest, size, files } = await store.add(directory, { epoch: EPOCH });
    expect(existsSync(directory)).toBe(false);
    expect(store.has(digest)).toBe(true);
    expect(store.list()).toEqual([digest]);
    expect(files).toBe(3);

    const packed = execFileSync("tar", [
      ..."--format=ustar --owner=0 --group=0 --numeric-owner --no-recursion --blocking-factor=1".split(" "),
      ...["--mode=u+rw,go-w", "-C", store.treePath(digest), "-c", "bin", "bin/tcc", "cc"],
    ]);
    const [sum] = execFileSync("sha256sum", { input: packed }).toString().split(" ");
    expect(digest).toBe(sum);
    expect(size).toBe(packed.length);
    expect(await store.size(digest)).toBe(packed.length);
    expect(await text(store.tar(digest))).toBe(packed.toString());
  });

  test("gives the empty tree the digest of two empty blocks", async () => {
    expect(await add({})).toEqual({ digest: EMPTY_TREE, size: 1024, files: 0 });
    expect(await add({})).toEqual({ digest: EMPTY_TREE, size: 1024, files: 0 });
  });

  test("normalises permissions, times and owners", async () => {
    const { digest } = await add({
      "open/file": (path) => {
        writeFileSync(path, "x");
        chmodSync(path, 0o666);
        utimesSync(path, 1, 2);
        if (isRoot) execFileSync("chown", ["1234:1234", path]);
        chmodSync(dirname(path), 0o777);
      },
      "read-only": (path) => writeFileSync(path, "x", { mode: 0o444 }),
      link: (path) => symlinkSync("read-only", path),
    });
    const facts = ["open", "open/file", "read-only", "link"].map((path) => {
      const { mode, mtimeMs, uid } = lstatSync(inStore(digest, path));
      return [(mode & 0o7777).toString(8), mtimeMs, uid];
    });
    const [time, me] = [EPOCH * 1000, process.getuid?.()];
    expect(facts).toEqual([
      ["755", time, me],
      ["644", time, me],
      ["444", time, me],
      ["777", time, me], // as the kernel has it; in the tar it is 755
    ]);
  });

  test("gives one digest to trees that differ only in what is normalised", async () => {
    const plain = await add({ a: "same", b: "same" });
    const odd = await add({
      b: (path) => writeFileSync(path, "same", { mode: 0o664 }),
      a: (path) => {
        linkSync(join(dirname(path), "b"), path);
        utimesSync(path, 5, 5);
      },
    });
    expect(odd).toEqual(plain);
  });

  test("makes hard links files of their own, even of a file outside", async () => {
    const outside = join(folder, "outside");
    writeFileSync(outside, "x");
    const { digest } = await add({
      one: "content",
      two: (path) => linkSync(join(dirname(path), "one"), path),
      three: (path) => linkSync(outside, path),
    });
    expect(["one", "two", "three"].map((path) => lstatSync(inStore(digest, path)).nlink)).toEqual([1, 1, 1]);
    expect(readFileSync(inStore(digest, "two"), "utf8")).toBe("content");
    expect(lstatSync(outside).mtimeMs).not.toBe(EPOCH * 1000);
  });

  test("orders names by their bytes, not by their UTF-16 code units", async () => {
    const { digest } = await add({ "\u{1f600}": "", "\uff5e": "", "a/x": "", "a-b": "", ab: "" });
    const listed = execFileSync("tar", ["-t", "--quoting-style=literal"], {
      input: await collect(store.tar(digest)),
    });
    expect(listed.toString().trimEnd().split("\n")).toEqual([
      "a-b",
      "a/",
      "a/x",
      "ab",
      "\uff5e",
      "\u{1f600}",
    ]);
  });

  test("holds paths as long as Linux allows", async () => {
    const room = 4000 - (await output()).length;
    const depth = Math.floor(room / 10);
    const { digest, files } = await add({ [`${"directory/".repeat(depth)}f`]: "deep" });
    expect(files).toBe(depth + 1);
    await store.verify(digest);
    await store.remove(digest);
  });

  test("of a tree that is there already leaves one", async () => {
    const first = await add({ file: "same" });
    const again = await Promise.all([add({ file: "same" }), add({ file: "same" })]);
    expect(again).toEqual([first, first]);
    expect(store.list()).toEqual([first.digest]);
  });

  const forbidden: [string, Parameters<typeof output>[0], string][] = [
    ["a socket", { "run/socket": listenOn }, '"run/socket" is a socket'],
    ["a FIFO", { fifo: (path) => execFileSync("mkfifo", [path]) }, '"fifo" is a FIFO'],
    ["a set-uid file", { su: modeOf(0o4755) }, '"su" has the set-uid bit'],
    ["a set-gid file", { sg: modeOf(0o2755) }, '"sg" has the set-gid bit'],
    ["a sticky file", { st: modeOf(0o1755) }, '"st" has the sticky bit'],
    [
      "a relative symlink out of the tree",
      { "a/b": linkTo("../../etc") },
      '"a/b" leads out of the tree, to "../../etc"',
    ],
    ["a name that is not UTF-8", { dir: notUtf8 }, '"dir/\u00ff" has a name that is not UTF-8'],
  ];
  if (isRoot) {
    const node =
      (...kind: string[]) =>
      (path: string) =>
        execFileSync("mknod", [path, ...kind]);
    forbidden.push(
      ["a device", { "dev/null": node("c", "1", "3") }, '"dev/null" is a character device\n'],
      ["a block device", { sda: node("b", "8", "0") }, '"sda" is a block device'],
      [
        "a whiteout of overlayfs",
        { gone: node("c", "0", "0") },
        '"gone" is a character device 0/0, by which overlayfs',
      ],
    );
  }
  test.each(forbidden)("refuses %s, names it, and leaves the directory", async (_, entries, message) => {
    const directory = await output(entries);
    await expect(store.add(directory, { epoch: EPOCH })).rejects.toThrow("Cannot keep the tree: because ");
    await expect(store.add(directory, { epoch: EPOCH })).rejects.toThrow(message);
    expect(existsSync(directory)).toBe(true);
    expect(store.list()).toEqual([]);
  });

  test("allows symlinks within the tree, and absolute ones, and follows none", async () => {
    const { digest } = await add({
      "a/up": linkTo("../b"),
      host: linkTo("/etc/passwd"),
      dangling: linkTo("nowhere"),
    });
    await store.verify(digest);
    expect(await text(store.tar(digest))).not.toContain("root:");
  });

  test("refuses a tree that is not the expected one", async () => {
    const directory = await output({ file: "x" });
    await expect(store.add(directory, { epoch: EPOCH, expect: NOWHERE })).rejects.toThrow(
      /Cannot add the tree 0{64} to the store: because the directory holds another tree, [0-9a-f]{64}/,
    );
    expect(existsSync(directory)).toBe(true);
    expect(store.list()).toEqual([]);
  });

  test("works where nothing is readable or writable, as an ordinary user", () => {
    const home = mkdtempSync(join(folder, "user-"));
    chmodSync(home, 0o777);
    const asUser = isRoot ? { uid: 65534, gid: 65534 } : {};
    const { stdout, status } = spawnSync(process.execPath, [actor, "closed", join(home, "store")], asUser);
    expect(stdout.toString()).toMatch(/^[0-9a-f]{64}\n$/);
    expect(status).toBe(0);
    expect(readdirSync(join(home, "store/trees"))).toEqual([]);
    expect(readdirSync(join(home, "store/scratch"))).toEqual([]);
  });
});

describe("verifying a tree", () => {
  const changes: [string, (root: string) => void][] = [
    ["content", (root) => writeFileSync(join(root, "file"), "y")],
    ["permissions", (root) => chmodSync(join(root, "file"), 0o755)],
    ["a set-uid bit", (root) => chmodSync(join(root, "file"), 0o4644)],
    ["a time", (root) => utimesSync(join(root, "file"), 1, 1)],
    ["a new file", (root) => writeFileSync(join(root, "new"), "")],
    ["a file that is gone", (root) => rmSync(join(root, "file"))],
  ];
  test.each(changes)("finds a change of %s, and moves the tree aside", async (_, change) => {
    const { digest } = await add({ file: "x" });
    await store.verify(digest);
    change(store.treePath(digest));
    await expect(store.verify(digest)).rejects.toThrow(
      new RegExp(
        `Cannot use the tree ${digest}: because it was changed on the disk .*\n.* Run the command again to build it anew`,
      ),
    );
    expect(store.has(digest)).toBe(false);
    expect(scratchNames().some((name) => name.startsWith(`damaged-${digest}`))).toBe(true);
  });

  test("says so if the tree is not there", async () => {
    await expect(store.verify(NOWHERE)).rejects.toThrow(
      `Cannot verify the tree ${NOWHERE}: because the store does not have it`,
    );
  });
});

describe("records", () => {
  test("give the digest of a key again, also to another process", async () => {
    store.remember("key", EMPTY_TREE);
    store.remember("key", NOWHERE);
    const other = await Store.open(store.directory);
    expect(other.recall("key")).toBe(NOWHERE);
    expect(other.recall("other")).toBeUndefined();
    await other.close();
  });

  test("that are damaged are as good as none", () => {
    symlinkSync("../trees/half-a-dig", join(store.directory, "records/one"));
    writeFileSync(join(store.directory, "records/two"), EMPTY_TREE);
    expect([store.recall("one"), store.recall("two")]).toEqual([undefined, undefined]);
  });

  test("have keys that cannot lead anywhere else", () => {
    expect(() => store.remember("../trees", EMPTY_TREE)).toThrow("cannot name a file in the store");
    expect(() => store.treePath("../..")).toThrow("is not a digest");
  });
});

describe("a lock", () => {
  test("lets one in at a time within a process", async () => {
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`+${name}`);
      await sleep(20);
      log.push(`-${name}`);
    };
    await Promise.all([store.withLock("x", undefined, work("a")), store.withLock("x", undefined, work("b"))]);
    expect(log.map((one) => one[0]).join("")).toBe("+-+-");
  });

  test("lets one in at a time among processes", async () => {
    const file = join(store.directory, "counter");
    writeFileSync(file, "0");
    const counters = [1, 2, 3].map(() => start("count", store.directory, file, "20"));
    await Promise.all(counters.map(ended));
    expect(readFileSync(file, "utf8")).toBe("60");
  });

  test("is free again when its holder is killed, and for one only", async () => {
    const holder = start("hold", store.directory, "x");
    await ready(holder);
    const order: string[] = [];
    const waiting = ["a", "b"].map((name) =>
      store.withLock("x", undefined, async () => {
        order.push(`+${name}`);
        await sleep(20);
        order.push(`-${name}`);
      }),
    );
    await sleep(200);
    expect(order).toEqual([]);
    holder.kill("SIGKILL");
    await Promise.all(waiting);
    expect(order.map((one) => one[0]).join("")).toBe("+-+-");
  });

  test("is given back when the work fails, and another name does not wait", async () => {
    const failing = store.withLock("x", undefined, async () => {
      expect(await store.withLock("y", undefined, async () => "in")).toBe("in");
      throw new Error("failed");
    });
    await expect(failing).rejects.toThrow("failed");
    expect(await store.withLock("x", undefined, async () => "in")).toBe("in");
  });

  test("is not waited for after an abort", async () => {
    await store.withLock("x", undefined, async () => {
      const stop = new AbortController();
      const waiting = store.withLock("x", stop.signal, async () => undefined);
      setTimeout(() => stop.abort(new Error("stopped by the user")), 30);
      await expect(waiting).rejects.toThrow("stopped by the user");
    });
  });
});

describe("the garbage collection", () => {
  test("keeps the roots and removes other trees and their records", async () => {
    const kept = await add({ file: "kept" });
    const doomed = await add({ file: "doomed", dir: (path) => mkdirSync(path, { mode: 0o555 }) });
    store.remember("kept", kept.digest);
    store.remember("doomed", doomed.digest);

    const dry = await store.collectGarbage([kept.digest], { dryRun: true });
    expect(dry.removed).toEqual([doomed.digest]);
    expect(store.has(doomed.digest)).toBe(true);

    expect(await store.collectGarbage([kept.digest])).toEqual(dry);
    expect(dry.bytes).toBeGreaterThan(0);
    expect(store.list()).toEqual([kept.digest]);
    expect([store.recall("kept"), store.recall("doomed")]).toEqual([kept.digest, undefined]);
    expect((await store.collectGarbage([kept.digest])).removed).toEqual([]);
  });

  test("waits for nobody while another process uses the store, and clears what that leaves when killed", async () => {
    const { digest } = await add({ file: "x" });
    const other = start("hold", store.directory, "x");
    await ready(other);
    await expect(store.collectGarbage([])).rejects.toThrow(
      "Cannot collect the store's garbage: because another stagex uses the store",
    );
    expect(store.has(digest)).toBe(true);

    const gone = ended(other);
    other.kill("SIGKILL");
    await gone;
    expect(scratchNames().some((name) => name.startsWith("held-"))).toBe(true);
    await store.collectGarbage([]);
    expect(store.list()).toEqual([]);
    expect(scratchNames().every((name) => name.startsWith("test-"))).toBe(true);
  });

  test("removes what no tree may hold", async () => {
    const other = await Store.open(store.directory);
    const left = await other.scratch("left");
    notUtf8(join(left, "names"));
    mkdirSync(join(left, "closed"), { mode: 0o000 });
    await other.close();
    const { bytes } = await store.collectGarbage([]);
    expect(bytes).toBeGreaterThan(0);
    expect(existsSync(left)).toBe(false);
  });
});

describe("trouble", () => {
  test("kill -9 at any time leaves a valid store", async () => {
    for (let run = 0; run < 5; run += 1) {
      const pair = [start("churn", store.directory), start("churn", store.directory)];
      await Promise.all(pair.map(ready));
      await sleep(Math.random() * 150);
      const gone = pair.map(ended);
      for (const child of pair) child.kill("SIGKILL");
      await Promise.all(gone);
      for (const digest of store.list()) await store.verify(digest);
      for (const key of readdirSync(join(store.directory, "records")))
        expect(store.recall(key)).toBeDefined();
    }
    await store.collectGarbage(store.list());
    expect(scratchNames().filter((name) => !name.startsWith("session"))).toEqual([]);
  });

  test("a full disk gives a clear error, and leaves no tree", () => {
    const { output, trees } = onSmallDisk(`fill /mnt/store 600000`);
    expect(output).toMatch(
      /^Cannot add a tree to the store: because the disk is full \(ENOSPC at .*\)\nMake room/,
    );
    expect(trees).toEqual([]);
  });

  test("a full disk is no trouble for what still fits", () => {
    const { output, trees } = onSmallDisk(`fill /mnt/store 100000`);
    expect(trees).toEqual([output.trim()]);
  });

  test("a read-only file system gives a clear error", () => {
    const { output } = onSmallDisk("fill /mnt/store 1", "mkdir /mnt/store && mount -o remount,bind,ro /mnt");
    expect(output).toMatch(
      /^Cannot use the store \/mnt\/store: because its file system is read-only .*\nSet STAGEX_HOME/,
    );
  });

  test("a folder that one may not write to gives a clear error", () => {
    const home = mkdtempSync(join(folder, "closed-"));
    chmodSync(home, 0o555);
    const asUser = isRoot ? { uid: 65534, gid: 65534 } : {};
    const { stdout, status } = spawnSync(process.execPath, [actor, "closed", join(home, "store")], asUser);
    expect(stdout.toString()).toMatch(
      /^Cannot use the store .*: because you may not write there .*\nSet STAGEX_HOME/,
    );
    expect(status).toBe(1);
  });

  /** Runs the actor on a file system of 1 MB, in a namespace of its own. */
  function onSmallDisk(action: string, prepare = "true"): { output: string; trees: string[] } {
    const script = `mount -t tmpfs -o size=1m tmpfs /mnt && ${prepare} && '${process.execPath}' '${actor}' ${action}
      echo; ls /mnt/store/trees 2>/dev/null`;
    const { stdout } = spawnSync("unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", script]);
    const [output = "", trees = ""] = stdout.toString().split("\n\n");
    return { output, trees: trees.split("\n").filter((name) => name !== "") };
  }
});

describe("comparing trees", () => {
  test("names each path and how it differs", async () => {
    const [a, b] = [
      await add({
        same: "x",
        content: "abcd",
        size: "12345",
        kind: "x",
        link: linkTo("a"),
        "only/a": "",
        mode: "x",
      }),
      await add({
        same: "x",
        content: "abXd",
        size: "123",
        kind: linkTo("x"),
        link: linkTo("b"),
        only: (path) => mkdirSync(path),
        mode: modeOf(0o755),
        new: "x",
      }),
    ];
    expect(await compareTrees(store.treePath(a.digest), store.treePath(b.digest))).toEqual([
      "content: content differs from byte 2 on",
      "kind: file and symlink",
      "link: leads to a and to b",
      "mode: permissions 644 and 755",
      "new: only in the second",
      "only/a: only in the first",
      "size: 5 and 3 bytes, one begins as the other",
    ]);
  });

  test("finds the byte in a large file", async () => {
    const zeros = "0".repeat(1_000_000);
    const a = await add({ file: zeros });
    const b = await add({ file: `${zeros.slice(0, 777_777)}1${zeros.slice(777_778)}` });
    expect(await compareTrees(store.treePath(a.digest), store.treePath(b.digest))).toEqual([
      "file: content differs from byte 777777 on",
    ]);
  });

  test("says how many more there are, and lets no name steer the terminal", async () => {
    const many = Object.fromEntries([...Array(30).keys()].map((index) => [`\u001b[2J${index}`, ""]));
    const [a, b] = [await add(many), await add({})];
    const lines = await compareTrees(store.treePath(a.digest), store.treePath(b.digest), 5);
    expect(lines).toHaveLength(6);
    expect(lines[0]).toBe('"\\u001b[2J0": only in the first');
    expect(lines[5]).toBe("and 25 more");
  });
});

function modeOf(mode: number) {
  return (path: string) => {
    writeFileSync(path, "x");
    chmodSync(path, mode);
  };
}

function linkTo(target: string) {
  return (path: string) => symlinkSync(target, path);
}

function notUtf8(path: string) {
  mkdirSync(path);
  writeFileSync(Buffer.concat([Buffer.from(`${path}/`), Buffer.from([0xff])]), "");
}

/** Leaves a socket: a path is too long for one where it is, so it is made elsewhere and moved. */
async function listenOn(path: string): Promise<void> {
  const short = join(folder, "socket");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(short, resolve));
  execFileSync("mv", [short, path]);
  server.close();
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}
