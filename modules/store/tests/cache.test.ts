import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type TreeEntry, tarEnd, tarHeader, tarPadding } from "@stagex/core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fetchTree, pushTree, Store } from "../src/index.ts";

const EPOCH = 1_767_225_600;
const folder = mkdtempSync(join(tmpdir(), "stagex-cache-"));
const cache = join(folder, "cache");
let digest: string;
let packed: Buffer;
let store: Store;
const servers: Server[] = [];

beforeAll(async () => {
  const source = await Store.open(join(folder, "source"));
  const tree = join(await source.scratch("tree"), "out");
  mkdirSync(join(tree, "bin"), { recursive: true });
  writeFileSync(join(tree, "bin/tcc"), "machine code ".repeat(20_000), { mode: 0o755 });
  writeFileSync(join(tree, `${"long".repeat(30)}`), "", { mode: 0o444 });
  symlinkSync("bin/tcc", join(tree, "cc"));
  chmodSync(join(tree, "bin"), 0o555);
  ({ digest } = await source.add(tree, { epoch: EPOCH }));
  await pushTree(cache, digest, source);
  packed = readFileSync(join(cache, "blobs/sha256", digest));
  await source.close();
});
afterAll(() => execFileSync("sh", ["-c", 'chmod -R u+w "$0" && rm -rf "$0"', folder]));
beforeEach(async () => {
  store = await Store.open(mkdtempSync(join(folder, "store-")));
});
afterEach(async () => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
  // Whatever happened, no work is left behind.
  expect(readdirSync(join(store.directory, "scratch"))).toEqual([]);
  await store.close();
});

/** Starts a web server. @returns its URL. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/some/cache`;
}

/** A folder that has `bytes` where the tree should be. */
function folderWith(bytes: Uint8Array): string {
  const place = mkdtempSync(join(folder, "lying-"));
  mkdirSync(join(place, "blobs/sha256"), { recursive: true });
  writeFileSync(join(place, "blobs/sha256", digest), bytes);
  return place;
}

const pack = (...entries: [TreeEntry, string?][]): Buffer =>
  Buffer.concat([
    ...entries.flatMap(([entry, content = ""]) => [
      tarHeader({ entry, mtime: EPOCH }),
      Buffer.from(content),
      tarPadding(content.length),
    ]),
    tarEnd,
  ]);

describe("a tree comes", () => {
  test("from a folder", async () => {
    expect(await fetchTree(cache, digest, store)).toEqual({ digest, size: packed.length, files: 4 });
    await store.verify(digest);
  });

  test("from a web server, which may compress on the way", async () => {
    const requests: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      requests.push(request.url);
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(packed));
    });
    expect((await fetchTree(url, digest, store))?.digest).toBe(digest);
    expect(requests).toEqual([`/some/cache/blobs/sha256/${digest}`]);
    await store.verify(digest);
  });

  test("from a cache that was pushed to again and again, as its plain tar", async () => {
    await fetchTree(cache, digest, store);
    const fresh = join(folder, "fresh");
    await Promise.all([pushTree(fresh, digest, store), pushTree(fresh, digest, store)]);
    await pushTree(fresh, digest, store);
    expect(readdirSync(join(fresh, "blobs/sha256"))).toEqual([digest]);
    expect(readFileSync(join(fresh, "blobs/sha256", digest)).equals(packed)).toBe(true);
  });

  test("not at all from a cache that does not have it", async () => {
    const url = await serve((_, response) => response.writeHead(404).end("no such tree"));
    expect(await fetchTree(url, digest, store)).toBeUndefined();
    expect(await fetchTree(join(folder, "nowhere"), digest, store)).toBeUndefined();
  });
});

describe("a cache is refused, and the store stays as it was,", () => {
  const flip = (at: number) => {
    const bytes = Buffer.from(packed);
    bytes[at] = (bytes[at] as number) ^ 1;
    return bytes;
  };
  const file = (path: string): TreeEntry => ({ type: "file", path, mode: 0o644, size: 1 });
  const bad: [string, () => Uint8Array, string][] = [
    ["when a bit of a file is flipped", () => flip(2000), "the directory holds another tree"],
    ["when a bit of a header is flipped", () => flip(5), "is not canonical"],
    ["when it is truncated", () => packed.subarray(0, -2000), "it is truncated"],
    ["when it is empty", () => Buffer.alloc(0), "it is truncated"],
    ["when it gives another tree", () => pack([file("other"), "x"]), "the directory holds another tree"],
    ["when it gives a web page", () => Buffer.from("<html></html>".repeat(100)), "a header is damaged"],
    ["when its tree climbs out", () => pack([file("../escaped"), "x"]), '"../escaped" is no path of a tree'],
    [
      "when its tree has an absolute path",
      () => pack([file(join(folder, "escaped")), "x"]),
      "is no path of a tree",
    ],
    [
      "when its tree writes through a symlink",
      () => pack([{ type: "symlink", path: "a", target: folder }], [file("a/escaped"), "x"]),
      '"a/escaped" stands in no directory',
    ],
  ];
  test.each(bad)("%s", async (_, bytes, reason) => {
    const place = folderWith(bytes());
    const fetching = fetchTree(place, digest, store);
    await expect(fetching).rejects.toMatchObject({ name: "StagexError", kind: "source" });
    await expect(fetching).rejects.toThrow(
      `Cannot take the tree ${digest} from the cache ${place}: because `,
    );
    await expect(fetching).rejects.toThrow(reason);
    await expect(fetching).rejects.toThrow("It is built from source instead.");
    expect(store.list()).toEqual([]);
    expect(readdirSync(folder)).not.toContain("escaped");
  });

  test("when it gives more than the limit, however well that is compressed", async () => {
    const zeros = gzipSync(
      Buffer.concat([
        tarHeader({ entry: { ...file("a"), size: 1e8 } as TreeEntry, mtime: EPOCH }),
        Buffer.alloc(1e8),
      ]),
    );
    const url = await serve((_, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(zeros),
    );
    await expect(fetchTree(url, digest, store, { sizeLimit: 1e6 })).rejects.toThrow(
      "it gives more than 1000000 bytes",
    );
  });

  const slow: [string, RequestListener][] = [
    ["does not answer", () => undefined],
    ["stops in the middle", (_, response) => response.writeHead(200).write(packed.subarray(0, 100_000))],
    [
      "trickles",
      (_, response) => {
        const timer = setInterval(() => response.write("x"), 10);
        response.on("close", () => clearInterval(timer));
      },
    ],
  ];
  test.each(slow)("when it %s", async (_, answer) => {
    const url = await serve(answer);
    await expect(fetchTree(url, digest, store, { patienceMs: 200 })).rejects.toThrow(
      "it is too slow: it gave less than 64 KiB in 0.2 s",
    );
    expect(store.list()).toEqual([]);
  });

  test("when it fails", async () => {
    const failing = await serve((_, response) => response.writeHead(503).end());
    await expect(fetchTree(failing, digest, store)).rejects.toThrow("it answers with status 503");
    const dropping = await serve((request) => request.socket.destroy());
    await expect(fetchTree(dropping, digest, store)).rejects.toThrow("fetch failed (other side closed)");
    const nobody = await serve(() => undefined);
    await new Promise((resolve) => servers.splice(-1)[0]?.close(resolve));
    await expect(fetchTree(nobody, digest, store)).rejects.toThrow("ECONNREFUSED");
  });
});

test("an abort ends the wait for a cache with the signal's own reason", async () => {
  const url = await serve(() => undefined);
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("stopped by the user")), 30);
  await expect(fetchTree(url, digest, store, { signal: stop.signal })).rejects.toThrow("stopped by the user");
});

describe("pushing", () => {
  test("refuses a tree that was changed on the disk, and leaves no file", async () => {
    await fetchTree(cache, digest, store);
    writeFileSync(join(store.treePath(digest), "bin/tcc"), "changed");
    const place = join(folder, "unfilled");
    await expect(pushTree(place, digest, store)).rejects.toThrow(
      `Cannot use the tree ${digest}: because it was changed`,
    );
    expect(readdirSync(join(place, "blobs/sha256"))).toEqual([]);
    for (const name of readdirSync(join(store.directory, "scratch")))
      await store.discard(join(store.directory, "scratch", name));
  });

  test("refuses a URL", async () => {
    await expect(pushTree("https://example.org/cache", digest, store)).rejects.toThrow(
      "Cannot push to the cache https://example.org/cache: because a cache is filled through its folder only",
    );
  });
});
