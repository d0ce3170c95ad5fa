import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Answer,
  BYTES,
  cut,
  openCache,
  rest,
  serve,
  sha256Of,
  sourceOf,
  temporary,
  whole,
} from "./support.ts";

const OTHER = Buffer.from(BYTES).reverse();

async function fetched(...from: string[]): Promise<string> {
  const cache = await openCache();
  const path = await cache.ensure(sourceOf(BYTES, ...from));
  expect(await readFile(path)).toEqual(BYTES);
  return path;
}

async function refusal(...from: string[]): Promise<string> {
  const cache = await openCache();
  const source = sourceOf(BYTES, ...from);
  const error: Error = await cache.ensure(source).then(
    () => expect.fail("the file was accepted"),
    (reason) => reason,
  );
  expect(cache.has(source.sha256)).toBe(false);
  return error.message;
}

describe("a place that gives something else", () => {
  test("a wrong file is not kept, is named with both hashes, and the next place is asked", async () => {
    const { url } = await serve({ "/wrong": whole(OTHER), "/right": whole(BYTES) });
    await fetched(`${url}/wrong`, `${url}/right`);
    expect(await refusal(`${url}/wrong`)).toContain(
      `${url}/wrong: its sha256 is ${sha256Of(OTHER)}, expected ${sha256Of(BYTES)}`,
    );
  });

  test("a file of another length is refused before it is read", async () => {
    const { url } = await serve({ "/long": whole(Buffer.concat([BYTES, BYTES])), "/short": whole("x") });
    expect(await refusal(`${url}/long`)).toContain("/long: it has 34000 bytes, expected 17000");
    expect(await refusal(`${url}/short`)).toContain("/short: it has 1 bytes, expected 17000");
  });

  const endless = (status: number, closed = () => {}) =>
    ((_, response) => {
      response.writeHead(status).on("close", closed);
      const more = () => response.write(BYTES, (error) => error ?? setImmediate(more));
      more();
    }) satisfies Answer;

  test("a file without end is cut off", async () => {
    const { url } = await serve({ "/endless": endless(200) });
    expect(await refusal(`${url}/endless`)).toContain("/endless: it is longer than the expected 17000 bytes");
  });

  test("an error page without end is not read", async () => {
    let closed = () => {};
    const closing = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const { url } = await serve({ "/endless": endless(404, () => closed()) });
    expect(await refusal(`${url}/endless`)).toContain("/endless: HTTP status 404");
    await closing;
  });

  test("the error names every place with what it gave, and what to do", async () => {
    const { url } = await serve({ "/wrong": whole(OTHER) });
    const message = await refusal(`${url}/none`, `${url}/wrong`, "ftp://example.org/file");
    expect(message).toMatch(/^Cannot fetch source\.tar: because no place gave the file of sha256 /);
    expect(message).toContain(`\n  ${url}/none: HTTP status 404\n  ${url}/wrong: its sha256 is `);
    expect(message).toContain("\n  ftp://example.org/file: no such kind of place is known\n");
    expect(message).toMatch(/Add a place to its package, or put the file at \/.+\/[0-9a-f]{64}$/);
  });

  test("nobody listens", async () => {
    expect(await refusal("http://127.0.0.1:1/file")).toContain("/file: connect ECONNREFUSED 127.0.0.1:1");
  });
});

describe("a place that has a bad moment", () => {
  test("503, then the file", async () => {
    const { url, requests } = await serve({
      "/busy": (request, response, nth) =>
        nth < 2 ? response.writeHead(503).end() : whole(BYTES)(request, response, nth),
    });
    await fetched(`${url}/busy`);
    expect(requests).toHaveLength(3);
  });

  test("404 is final at once, 503 in the end", async () => {
    const { url, requests } = await serve({ "/busy": (_, response) => response.writeHead(503).end() });
    expect(await refusal(`${url}/none`, `${url}/busy`)).toContain("/busy: HTTP status 503");
    expect(requests.filter((path) => path === "/none")).toHaveLength(1);
    expect(requests.filter((path) => path === "/busy")).toHaveLength(4);
  });

  test("a place that says nothing is given up", async () => {
    const { url, requests } = await serve({ "/mute": () => {}, "/file": whole(BYTES) });
    await fetched(`${url}/mute`, `${url}/file`);
    expect(requests).toEqual(["/mute", "/file"]);
    expect(await refusal(`${url}/mute`)).toContain("/mute: it hangs: nothing came for 0.2 s");
  });

  test("a place that drips is given up", async () => {
    const { url } = await serve({
      "/drip": (_, response) => {
        response.writeHead(200, { "content-length": BYTES.length });
        const timer = setInterval(() => response.write("s"), 20);
        response.on("close", () => clearInterval(timer));
      },
    });
    expect(await refusal(`${url}/drip`)).toContain("/drip: it hangs");
  });
});

describe("a broken connection", () => {
  test("is taken up where it broke, of the same file", async () => {
    const { url, requests, headers } = await serve({
      "/file": (request, response, nth) =>
        nth === 0 ? cut(response, BYTES, 7000, { etag: '"v1"' }) : rest(request, response, BYTES),
    });
    await fetched(`${url}/file`);
    expect(requests).toEqual(["/file", "/file bytes=7000-"]);
    expect(headers[1]?.["if-range"]).toBe('"v1"');
  });

  test("is taken up after a silence in the middle", async () => {
    const { url, requests } = await serve({
      "/file": (request, response, nth) => {
        if (nth > 0) return rest(request, response, BYTES);
        response.writeHead(200, { "content-length": BYTES.length });
        response.write(BYTES.subarray(0, 7000));
      },
    });
    await fetched(`${url}/file`);
    expect(requests).toEqual(["/file", "/file bytes=7000-"]);
  });

  test("starts anew with a server that knows no ranges", async () => {
    const { url } = await serve({
      "/file": (request, response, nth) =>
        nth === 0 ? cut(response, BYTES, 7000) : whole(BYTES)(request, response, nth),
    });
    await fetched(`${url}/file`);
  });

  test.each([
    ["the wrong start", { "content-range": "bytes 0-9999/17000" }],
    ["another length", { "content-range": "bytes 7000-17999/18000" }],
    ["no range", {}],
  ])("starts anew when the server resumes with %s", async (_, answered) => {
    const { url, requests } = await serve({
      "/file": (request, response, nth) => {
        if (nth === 0) return cut(response, BYTES, 7000);
        if (nth === 1) return void response.writeHead(206, answered).end(OTHER.subarray(7000));
        whole(BYTES)(request, response, nth);
      },
    });
    await fetched(`${url}/file`);
    expect(requests).toEqual(["/file", "/file bytes=7000-", "/file"]);
  });

  test("starts anew when the server refuses to resume", async () => {
    const { url } = await serve({
      "/file": (request, response, nth) => {
        if (nth === 0) return cut(response, BYTES, 7000);
        if (request.headers.range) return void response.writeHead(416).end();
        whole(BYTES)(request, response, nth);
      },
    });
    await fetched(`${url}/file`);
  });

  test("starts anew when the two parts do not make the file", async () => {
    const { url, requests } = await serve({
      "/file": (request, response, nth) => {
        if (nth === 0) return cut(response, OTHER, 7000);
        if (request.headers.range) return rest(request, response, BYTES);
        whole(BYTES)(request, response, nth);
      },
    });
    await fetched(`${url}/file`);
    expect(requests).toEqual(["/file", "/file bytes=7000-", "/file"]);
  });

  test("that breaks each time is told with how far it came", async () => {
    const { url } = await serve({ "/file": (_, response) => cut(response, BYTES, 7000) });
    expect(await refusal(`${url}/file`)).toMatch(/\/file: .+ after 7000 of 17000 bytes/);
  });

  test("at whatever bytes, with or without ranges: the result is the file", async () => {
    const cuts = fc.array(fc.nat(BYTES.length - 1), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(cuts, fc.boolean(), async (breaks, ranges) => {
        const cache = await openCache();
        const { url } = await serve({
          "/file": (request, response, nth) => {
            const stop = breaks[nth];
            if (stop !== undefined && !request.headers.range) return cut(response, BYTES, stop);
            if (request.headers.range && ranges) return rest(request, response, BYTES);
            whole(BYTES)(request, response, nth);
          },
        });
        const path = await cache.ensure(sourceOf(BYTES, `${url}/file`));
        expect(sha256Of(readFileSync(path))).toBe(sha256Of(BYTES));
      }),
      { numRuns: 30 },
    );
  });
});

describe("redirects", () => {
  const to =
    (target: string): Answer =>
    (_, response) => {
      response.writeHead(302, { location: target }).end();
    };

  test("are followed, relative and to another host", async () => {
    const far = await serve({ "/file": whole(BYTES) });
    const { url } = await serve({ "/a": to("b"), "/b": to(`${far.url}/file`) });
    await fetched(`${url}/a`);
  });

  test("in a circle are given up", async () => {
    const { url, requests } = await serve({ "/a": to("/a") });
    expect(await refusal(`${url}/a`)).toContain("/a: it redirects more than 5 times");
    expect(requests).toHaveLength(6);
  });

  test("to a file of this machine are refused", async () => {
    const { url } = await serve({ "/a": to(`file://${temporary()}/file`), "/b": to("http://[") });
    expect(await refusal(`${url}/a`)).toContain("/a: it redirects to a file: URL, which is refused");
    expect(await refusal(`${url}/b`)).toContain("/b: it redirects to something that is no URL");
  });

  test("do not carry a password to another host, and no message shows it", async () => {
    const far = await serve({ "/file": whole(OTHER) });
    const near = await serve({ "/a": to("/b"), "/b": to(`${far.url}/file`) });
    const message = await refusal(`${near.url.replace("//", "//user:secret@")}/a`);
    const basic = `Basic ${Buffer.from("user:secret").toString("base64")}`;
    expect(near.headers.map(({ authorization }) => authorization)).toEqual([basic, basic]);
    expect(far.headers.map(({ authorization }) => authorization)).toEqual([undefined]);
    expect(message).not.toContain("secret@");
  });
});
