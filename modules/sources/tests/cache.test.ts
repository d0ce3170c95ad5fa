import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type LockedSource, SOURCE_DATE_EPOCH, StagexError } from "@stagex/core";
import { describe, expect, test } from "vitest";
import type { Progress } from "../src/index.ts";
import {
  type Answer,
  BYTES,
  cut,
  hasClient,
  openCache,
  rest,
  serve,
  sha256Of,
  sourceOf,
  temporary,
  whole,
} from "./support.ts";

const run = promisify(execFile);
const fetchOnce = ["--import", "tsx", fileURLToPath(new URL("fetch-once.ts", import.meta.url))];

/** Writes to an entry as a program does that heeds no permissions. */
function overwrite(path: string, bytes: Uint8Array | string): void {
  rmSync(path);
  writeFileSync(path, bytes);
}

const disguise = (path: string) => utimesSync(path, SOURCE_DATE_EPOCH, SOURCE_DATE_EPOCH);

describe("what is kept", () => {
  test("is read-only, of the time of all outputs, and asked for once", async () => {
    const { url, requests } = await serve({ "/file": whole(BYTES) });
    const cache = await openCache();
    const source = sourceOf(BYTES, `${url}/file`);
    expect(cache.has(source.sha256)).toBe(false);

    const path = await cache.ensure(source);
    expect(path).toBe(cache.path(source.sha256));
    expect(cache.has(source.sha256)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o444);
    expect(statSync(path).mtimeMs).toBe(SOURCE_DATE_EPOCH * 1000);
    await cache.ensure(source);
    expect(requests).toEqual(["/file"]);
  });

  test("is an empty file, too", async () => {
    const { url } = await serve({ "/empty": whole("") });
    const cache = await openCache();
    expect(readFileSync(await cache.ensure(sourceOf("", `${url}/empty`)), "utf8")).toBe("");
  });

  test("is fetched again when it was changed", async () => {
    const { url, requests } = await serve({ "/file": whole(BYTES) });
    const cache = await openCache();
    const source = sourceOf(BYTES, `${url}/file`);
    const path = await cache.ensure(source);

    overwrite(path, Buffer.alloc(BYTES.length));
    expect(cache.has(source.sha256)).toBe(false);
    expect(readFileSync(await cache.ensure(source))).toEqual(BYTES);

    // Cut short by a power failure, after its time had been set.
    overwrite(path, "");
    disguise(path);
    expect(readFileSync(await cache.ensure(source))).toEqual(BYTES);
    expect(requests).toHaveLength(3);
  });

  test("is hashed again, not fetched again, when only its time was changed", async () => {
    const { url, requests } = await serve({ "/file": whole(BYTES) });
    const cache = await openCache();
    const source = sourceOf(BYTES, `${url}/file`);
    const path = await cache.ensure(source);
    utimesSync(path, 1, 1);
    await cache.ensure(source);
    expect(requests).toEqual(["/file"]);
    expect(cache.has(source.sha256)).toBe(true);
  });

  test("is verified on demand, and thrown away when a change was disguised", async () => {
    const { url } = await serve({ "/file": whole(BYTES) });
    const cache = await openCache();
    const source = sourceOf(BYTES, `${url}/file`);
    const path = await cache.ensure(source);
    expect(await cache.verify(source.sha256)).toBe(true);

    overwrite(path, Buffer.alloc(BYTES.length));
    disguise(path);
    expect(await cache.verify(source.sha256)).toBe(false);
    expect(existsSync(path)).toBe(false);
    expect(await cache.verify(source.sha256)).toBe(false);
  });

  test("may be put there by hand, and is checked", async () => {
    const cache = await openCache({ offline: true });
    const source = sourceOf(BYTES);
    writeFileSync(cache.path(source.sha256), "not the file");
    await expect(cache.ensure(source)).rejects.toThrow("this run is offline");
    writeFileSync(cache.path(source.sha256), BYTES);
    expect(readFileSync(await cache.ensure(source))).toEqual(BYTES);
  });

  test("is a file, not a link to one that others may change", async () => {
    const elsewhere = join(temporary(), "file");
    writeFileSync(elsewhere, BYTES);
    disguise(elsewhere);
    const { url } = await serve({ "/file": whole(BYTES) });
    const cache = await openCache();
    const source = sourceOf(BYTES, `${url}/file`);
    symlinkSync(elsewhere, cache.path(source.sha256));
    expect(cache.has(source.sha256)).toBe(false);
    rmSync(elsewhere);
    expect(readFileSync(await cache.ensure(source))).toEqual(BYTES);
  });
});

describe("several sources", () => {
  const files = Array.from({ length: 20 }, (_, index) => `file ${index}`);

  test("are fetched at a time, and their paths come in order", async () => {
    let open = 0;
    let most = 0;
    const answer =
      (text: string): Answer =>
      (_, response) => {
        most = Math.max(most, ++open);
        setTimeout(() => {
          open--;
          response.end(text);
        }, 20);
      };
    const { url } = await serve(Object.fromEntries(files.map((text, i) => [`/${i}`, answer(text)])));
    const cache = await openCache();
    const paths = await cache.ensureAll(files.map((text, i) => sourceOf(text, `${url}/${i}`)));
    expect(paths.map((path) => readFileSync(path, "utf8"))).toEqual(files);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
  });

  test("of the same hash are fetched once", async () => {
    const { url, requests } = await serve({ "/file": whole(BYTES) });
    const cache = await openCache();
    const source = sourceOf(BYTES, `${url}/file`);
    const [first, second] = await Promise.all([
      cache.ensureAll([source, { ...source, file: "twin" }]),
      cache.ensure(source),
    ]);
    expect(first).toEqual([second, second]);
    expect(requests).toEqual(["/file"]);
  });

  test("do not stop for one that fails, and one error tells all failures", async () => {
    const { url } = await serve({ "/file": whole(BYTES) });
    const cache = await openCache();
    const good = sourceOf(BYTES, `${url}/file`);
    const one = { ...sourceOf("one", `${url}/one`), file: "one.tar" };
    const two = { ...sourceOf("two", `${url}/two`), file: "two.tar" };

    await expect(cache.ensureAll([one, good])).rejects.toThrow(/^Cannot fetch one\.tar: because no place/);
    expect(cache.has(good.sha256)).toBe(true);
    await expect(cache.ensureAll([one, two])).rejects.toThrow(
      /^Cannot fetch 2 sources: because each of them failed\nCannot fetch one\.tar: .+\nCannot fetch two\.tar: /s,
    );
  });

  test("that are at hand cost next to nothing", async () => {
    const project = temporary();
    const sources = Array.from({ length: 300 }, (_, index): LockedSource => {
      writeFileSync(join(project, `${index}`), `${index}`);
      return sourceOf(`${index}`, `project:${index}`);
    });
    const cache = await openCache({ project });
    await cache.ensureAll(sources);
    const start = performance.now();
    await cache.ensureAll(sources);
    expect(performance.now() - start).toBeLessThan(100);
  });
});

test("progress counts bytes, and falls back when a download starts anew", async () => {
  const { url } = await serve({
    "/file": (request, response, nth) =>
      nth === 0 ? cut(response, BYTES, 7000) : whole(BYTES)(request, response, nth),
  });
  const cache = await openCache();
  const events: Progress[] = [];
  await cache.ensure(sourceOf(BYTES, `${url}/file`), { onProgress: (event) => events.push(event) });
  expect(events).toContainEqual({ file: "source.tar", received: 7000, total: 17000 });
  expect(events.at(-1)).toEqual({ file: "source.tar", received: 17000, total: 17000 });
});

test("an abort ends the download and leaves nothing half-stored", async () => {
  const { url } = await serve({
    "/file": (_, response) => {
      response.writeHead(200, { "content-length": BYTES.length });
      response.write(BYTES.subarray(0, 7000));
    },
  });
  const directory = join(temporary(), "sources");
  const cache = await openCache({ directory, patience: { stallMs: 60_000, retryMs: 60_000 } });
  const abort = new AbortController();
  const work = cache.ensureAll([sourceOf(BYTES, `${url}/file`)], {
    signal: abort.signal,
    onProgress: () => abort.abort(new Error("interrupted")),
  });
  await expect(work).rejects.toThrow("interrupted");
  expect(readdirSync(directory, { recursive: true })).toEqual(["incoming"]);
});

test("what a killed process left behind goes after a day", async () => {
  const directory = temporary();
  const incoming = join(directory, "incoming");
  mkdirSync(incoming);
  writeFileSync(join(incoming, "fresh"), "of a download under way");
  writeFileSync(join(incoming, "old"), "of a process long dead");
  const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 3600;
  utimesSync(join(incoming, "old"), twoDaysAgo, twoDaysAgo);
  await openCache({ directory });
  expect(readdirSync(incoming)).toEqual(["fresh"]);
});

test("two processes that fetch the same file do not harm each other", async () => {
  const { url, requests } = await serve({
    "/file": (request, response, nth) => {
      if (request.headers.range) return rest(request, response, BYTES);
      if (nth < 2) return cut(response, BYTES, 7000);
      whole(BYTES)(request, response, nth);
    },
  });
  const directory = join(temporary(), "sources");
  const source = sourceOf(BYTES, `${url}/file`);
  const one = () => run(process.execPath, [...fetchOnce, directory, "online", JSON.stringify(source)]);
  const outputs = await Promise.all([one(), one()]);
  const path = join(directory, source.sha256);
  expect(outputs.map(({ stdout }) => stdout)).toEqual([`${path}\n`, `${path}\n`]);
  expect(sha256Of(readFileSync(path))).toBe(source.sha256);
  expect(requests.length).toBeGreaterThan(2);
});

describe("offline", () => {
  test("what is not in the cache is refused with what to do, and no connection is made", async () => {
    const server = await serve({ "/file": whole(BYTES) });
    const cache = await openCache({ offline: true });
    const source = sourceOf(BYTES, `${server.url}/file`, "npm:left@1.0.0");
    const failure = await cache.ensure(source).catch((error) => error);
    expect(failure).toBeInstanceOf(StagexError);
    expect(failure.message).toBe(
      "Cannot fetch source.tar: because it is not in the cache, and this run is offline\n" +
        `Run \`./stagex fetch\` while online, or put the file at ${cache.path(source.sha256)}`,
    );
    expect(server.connections).toBe(0);
  });

  const hasStrace = hasClient("strace", "-f", "true");

  /** The internet sockets that are opened and the programs that are run while a source is wanted. */
  async function systemCalls(network: "online" | "offline", source: LockedSource): Promise<string> {
    const trace = join(temporary(), "trace");
    const strace = ["-f", "-qq", "-o", trace, "-e", "trace=socket,connect,execve"];
    const directory = join(temporary(), "sources");
    await run("strace", [
      ...strace,
      process.execPath,
      ...fetchOnce,
      directory,
      network,
      JSON.stringify(source),
    ]);
    const calls = readFileSync(trace, "utf8").split("\n");
    return calls.filter((call) => /AF_INET|execve\(.*apt-|execve\(.*npm/.test(call)).join("\n");
  }

  test.skipIf(!hasStrace)("no socket is opened and no client is run, as strace sees it", async () => {
    const { url } = await serve({ "/file": whole(BYTES) });
    const source = sourceOf(BYTES, "npm:left@1.0.0", "debian:left_1.0.orig.tar.gz", `${url}/file`);
    expect(await systemCalls("offline", source)).toBe("");
    const online = await systemCalls("online", sourceOf(BYTES, `${url}/file`));
    expect(online, "or the test could not fail").toContain("AF_INET");
  });
});

describe("a disk that cannot take the file", () => {
  /** Runs the fetch in a mount namespace whose cache lies on a file system of its own. */
  async function fetchOnto(mountOptions: string): Promise<string> {
    const { url } = await serve({ "/file": whole(Buffer.concat(Array(8).fill(BYTES))) });
    const directory = temporary();
    const source = sourceOf(Buffer.concat(Array(8).fill(BYTES)), `${url}/file`);
    const script = `mount -t tmpfs -o ${mountOptions} none "$1" && shift && exec "$@"`;
    const command = [process.execPath, ...fetchOnce, directory, "online", JSON.stringify(source)];
    const { stdout } = await run("unshare", ["-Urm", "sh", "-c", script, "sh", directory, ...command]);
    return stdout;
  }

  const hasNamespaces = hasClient("unshare", "-Urm", "true");

  test.skipIf(!hasNamespaces)("is full", async () => {
    const message = await fetchOnto("size=32k");
    expect(message).toMatch(
      /^machine: Cannot write to \/.+: because the disk is full\nFree some space, or set STA/,
    );
  });

  test.skipIf(!hasNamespaces)("is read-only", async () => {
    const message = await fetchOnto("ro");
    expect(message).toMatch(
      /^machine: Cannot write to \/.+: because the file system is read-only\nMake it wri/,
    );
  });
});
