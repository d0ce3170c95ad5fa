/** Sources that are not what or where they should be, as the command line tells of them. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needsBusybox, Project, script } from "./project.ts";

const text = "the source\n".repeat(100);
const sha256 = createHash("sha256").update(text).digest("hex");

let server: Server;
let url: string;
const requests: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? "";
    requests.push(path);
    if (path.startsWith("/good")) response.end(text);
    else if (path.startsWith("/wrong")) response.end(text.toUpperCase());
    else if (path.startsWith("/short")) response.end(text.slice(0, 100));
    else if (path.startsWith("/long")) response.end(text + text);
    else if (path.startsWith("/cut")) {
      response.writeHead(200, { "content-length": text.length }).write(text.slice(0, 100));
      setTimeout(() => response.destroy(), 10);
    } else if (path.startsWith("/silent")) request.on("close", () => response.destroy());
    else response.writeHead(404).end();
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

/** A project of one package with one source. */
const projectWith = (...from: string[]) =>
  new Project([
    script("user", "cp text.txt /out", {
      seeds: [],
      sources: [{ sha256, size: text.length, file: "text.txt", from }],
    }),
  ]);

const kept = (project: Project) =>
  readdirSync(project.path("home/sources")).filter((name) => name !== "incoming");

describe.concurrent("a source", () => {
  test("is fetched, checked and kept; then no network is needed", async () => {
    const project = projectWith(`${url}/good/1`);
    const first = await project.run("fetch", "user");
    expect(first).toEqual({
      status: 0,
      stdout: "1 sources at hand, 1.1 KiB\n",
      stderr: "fetched text.txt\n",
    });
    expect(readFileSync(project.path("home/sources", sha256), "utf8")).toBe(text);

    const second = await project.run("fetch", "--offline");
    expect(second).toEqual({ status: 0, stdout: first.stdout, stderr: "" });
    expect(requests.filter((path) => path === "/good/1")).toHaveLength(1);
  });

  test("is taken from the next place when one is at fault", async () => {
    const project = projectWith(`${url}/wrong/2`, `${url}/none/2`, `${url}/good/2`);
    expect(await project.run("fetch")).toMatchObject({ status: 0 });
    expect(kept(project)).toEqual([sha256]);
  });

  const faults: Record<string, string> = {
    wrong: `its sha256 is ${createHash("sha256").update(text.toUpperCase()).digest("hex")}, expected ${sha256}`,
    short: "it has 100 bytes, expected 1100",
    long: "it has 2200 bytes, expected 1100",
    cut: "after 100 of 1100 bytes",
    none: "HTTP status 404",
  };

  test.each(Object.entries(faults))("that is %s is refused, and not kept", async (path, says) => {
    const project = projectWith(`${url}/${path}`);
    const { status, stderr } = await project.run("fetch");
    expect(stderr).toContain(
      `stagex: Cannot fetch text.txt: because no place gave the file of sha256 ${sha256}\n`,
    );
    expect(stderr).toContain(`  ${url}/${path}: `);
    expect(stderr).toContain(says);
    expect(stderr).toMatch(/Add a place to its package, or put the file at \S+\n$/);
    expect([status, kept(project)]).toEqual([4, []]);
    expect(readdirSync(project.path("home/sources/incoming"))).toEqual([]);
  });

  test("that is nowhere: the error tells what each place gave", async () => {
    const project = projectWith("http://127.0.0.1:9/gone", `${url}/none`, "tape:7", "http://[bad");
    const { status, stderr } = await project.run("fetch");
    expect(stderr).toMatch(/\n {2}http:\/\/127.0.0.1:9\/gone: .*ECONNREFUSED/);
    expect(stderr).toContain(`\n  ${url}/none: HTTP status 404\n`);
    expect(stderr).toContain("\n  tape:7: no such kind of place is known\n");
    expect(stderr).toContain("\n  http://[bad: ");
    expect(status).toBe(4);
  });

  test("of a place that hangs can be interrupted", async () => {
    const project = projectWith(`${url}/silent/fetch`);
    const running = project.start(["build", "user"]);
    await running.until(() => requests.includes("/silent/fetch"));
    running.process.kill("SIGINT");
    const { status, stderr } = await running.ended;
    expect([status, stderr]).toEqual([130, expect.stringContaining("interrupted")]);
    expect([kept(project), project.leftovers()]).toEqual([[], []]);
  });

  test("is not looked for by an offline run, which tells where to put it", async () => {
    const project = projectWith(`${url}/good/offline`);
    const { status, stderr } = await project.run("build", "user", "--offline");
    expect(stderr).toContain(
      "Cannot build user: because it cannot fetch text.txt: it is not in the cache, and this run is",
    );
    const place = /put the file at (\S+)/.exec(stderr)?.[1] ?? "";
    expect([status, requests.includes("/good/offline")]).toEqual([4, false]);

    mkdirSync(project.path("home/sources"), { recursive: true });
    writeFileSync(place, text);
    expect(await project.run("fetch", "--offline")).toMatchObject({ status: 0 });
    writeFileSync(place, "wrong");
    expect(await project.run("fetch", "--offline")).toMatchObject({ status: 4 });
    expect(existsSync(place)).toBe(false);
  });

  test("among several at fault does not hide the others", async () => {
    const project = new Project();
    const missing = (file: string) => ({
      sha256: createHash("sha256").update(file).digest("hex"),
      size: 1,
      file,
      from: [`${url}/none/${file}`],
    });
    project.define([script("user", "", { seeds: [], sources: [missing("a.txt"), missing("b.txt")] })]);
    const { status, stderr } = await project.run("fetch");
    expect(stderr).toContain("Cannot fetch 2 sources: because each of them failed\n");
    expect(stderr).toContain("Cannot fetch a.txt: ");
    expect(stderr).toContain("Cannot fetch b.txt: ");
    expect(status).toBe(4);
  });
});

describe("a build", () => {
  needsBusybox();

  test("has its source under /build, and fails with the status of a source that cannot be had", async () => {
    const project = new Project([
      script("user", "cp sub/text.txt /out", {
        sources: [{ sha256, size: text.length, file: "sub/text.txt", from: [`${url}/good/build`] }],
      }),
    ]);
    expect(await project.run("build", "user")).toMatchObject({ status: 0 });

    const failing = await projectWith(`${url}/wrong/build`).run("build", "user");
    expect(failing.stderr).toContain("Cannot build user: because it cannot fetch text.txt: no place gave");
    expect(failing.status).toBe(4);
  });
});
