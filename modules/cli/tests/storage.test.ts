/** The store, the caches and the disk below them, when they are well and when they are not. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { needsBusybox, Project, pallet, script } from "./project.ts";

needsBusybox();

const low = script("low", "echo low >/out/low");
const high = script("high", "cat /low >/out/high; seq 1000 >/out/data", { needs: [low] });

/** A project whose two packages are built and pinned. */
async function pinned(): Promise<Project> {
  const project = new Project([low, high], [pallet("both", low, high)]);
  expect((await project.run("pin")).status).toBe(0);
  return project;
}

/** The same project with nothing built, and a filled cache beside it. */
async function cached(): Promise<{ project: Project; cache: string; blob(name: string): string }> {
  const project = await pinned();
  const cache = project.path("cache");
  expect((await project.run("push-cache", cache)).stdout).toBe(`2 trees in ${cache}\n`);
  project.home = project.path("second");
  return { project, cache, blob: (name) => join(cache, "blobs/sha256", project.tree(name)) };
}

describe.concurrent("a cache", () => {
  test("takes the place of sources and builds", async () => {
    const { project, cache } = await cached();
    const { status, stdout, stderr } = await project.run("build", "high", "--offline", "--cache", cache);
    expect([status, stderr]).toEqual([0, "cached   high\n"]);
    expect(stdout).toContain("0 built, 0 reused, 1 from a cache");
    expect(readdirSync(project.path("second/sources"))).toEqual([]);
    // What is below a tree that is at hand is not looked at.
    expect(project.trees()).toEqual([project.tree("high")]);
  });

  test("may be a pallet's layout, or be named by STAGEX_CACHE", async () => {
    const { project } = await cached();
    project.home = project.path("home");
    await project.run("build-pallet", "--name", "both");
    project.home = project.path("second");
    const running = project.start(["build", "high"], {
      env: { STAGEX_CACHE: `/nowhere ${project.path("out/both")}` },
    });
    expect(await running.ended).toMatchObject({ status: 0, stderr: "cached   high\n" });
  });

  const faults: Record<string, { spoil(blob: string, other: string): void; says: RegExp }> = {
    "that is truncated": { spoil: (blob) => truncateSync(blob, 700), says: /truncated/ },
    "that is corrupt": {
      spoil: (blob) => writeFileSync(blob, "nonsense".repeat(1000)),
      says: /damaged|not canonical/,
    },
    "with another content": {
      spoil: (blob) => writeFileSync(blob, readFileSync(blob, "latin1").replace("999\n", "998\n"), "latin1"),
      says: /another tree/,
    },
    "that lies": { spoil: (blob, other) => writeFileSync(blob, readFileSync(other)), says: /another tree/ },
    "with something after its end": { spoil: (blob) => appendFileSync(blob, "more"), says: /bytes follow/ },
  };

  test.each(Object.entries(faults))(
    "with a tree %s is refused, and the build goes on",
    async (_, { spoil, says }) => {
      const { project, cache, blob } = await cached();
      spoil(blob("high"), blob("low"));
      const { status, stdout, stderr } = await project.run("build", "high", "--cache", cache);
      expect(stderr).toMatch(says);
      expect(stderr).toMatch(/^refused {2}high from \S+: .*; this place is not asked again\n/);
      expect([status, stdout]).toEqual([0, expect.stringContaining("2 built, 0 reused, 0 from a cache")]);
      expect(await project.run("verify", "high")).toMatchObject({ status: 0 });
    },
  );

  test("that cannot be reached, or has nothing, does not stop a build", async () => {
    const { project } = await cached();
    const places = ["--cache", "http://127.0.0.1:9/none", "--cache", project.path("none")];
    const { status, stdout, stderr } = await project.run("build", "high", ...places);
    expect(stderr.match(/^refused/gm)).toHaveLength(1);
    expect([status, stdout]).toEqual([0, expect.stringContaining("2 built")]);
  });

  test("on a web server is read, and one that is at fault is refused", async () => {
    const { project, cache } = await cached();
    const server = createServer((request, response) => {
      if (request.url?.startsWith("/bad/")) response.writeHead(500).end();
      else response.end(readFileSync(join(cache, request.url ?? "")));
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { status, stderr } = await project.run("build", "high", "--cache", `${url}/bad/`, "--cache", url);
    server.close();
    expect(stderr).toMatch(
      /^refused {2}high from \S+\/bad\/: it answers with status 500; .*\ncached {3}high\n$/,
    );
    expect(status).toBe(0);
  });

  test("is not filled through a URL", async () => {
    const { status, stderr } = await (await pinned()).run("push-cache", "http://127.0.0.1:9/");
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining("a cache is filled through its folder only"),
    ]);
  });
});

describe.concurrent("a tree that was changed on the disk", () => {
  const spoil = (project: Project) => writeFileSync(join(project.treePath("high"), "data"), "spoilt");

  test("does not get into a pallet", async () => {
    const project = await pinned();
    spoil(project);
    const { status, stderr } = await project.run("build-pallet", "--name", "both");
    expect(status).toBe(1);
    expect(stderr).toContain(
      `Cannot use the tree ${project.tree("high")}: because it was changed on the disk`,
    );
    expect(stderr).toContain("Run the command again to build it anew");
    expect(existsSync(project.path("out/both"))).toBe(false);

    expect(await project.run("build-pallet", "--name", "both")).toMatchObject({ status: 0 });
  });

  test("is found when it changes what is built from it", async () => {
    const project = await pinned();
    writeFileSync(join(project.treePath("low"), "low"), "spoilt");
    rmSync(project.treePath("high"), { recursive: true });
    const { status, stderr } = await project.run("build", "high");
    expect(stderr).toContain(
      `Cannot use the tree ${project.tree("low")}: because it was changed on the disk`,
    );
    expect(status).toBe(1);
    expect((await project.run("build", "high")).stdout).toContain("2 built");
  });

  test("does not decide what is pinned", async () => {
    const project = await pinned();
    writeFileSync(join(project.treePath("low"), "low"), "spoilt");
    const { status, stderr } = await project.run("pin", "high");
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining(`Cannot use the tree ${project.tree("low")}`),
    ]);
  });

  test("does not get into a cache", async () => {
    const project = await pinned();
    spoil(project);
    const { status, stderr } = await project.run("push-cache", project.path("cache"));
    expect(stderr).toContain(
      `Cannot use the tree ${project.tree("high")}: because it was changed on the disk`,
    );
    expect(stderr).toContain("Run the command again to build it anew");
    expect([status, readdirSync(project.path("cache/blobs/sha256"))]).toEqual([1, [project.tree("low")]]);
  });

  test("does not matter to verify, which builds all anew", async () => {
    const project = await pinned();
    writeFileSync(join(project.treePath("low"), "low"), "spoilt");
    expect(await project.run("verify", "high")).toMatchObject({ status: 0 });
  });
});

describe.concurrent("stagex gc", () => {
  test("keeps what any lock that used the store pins, and removes the rest", async () => {
    const project = await pinned();
    const other = new Project([script("other", "echo other >/out/other")]);
    other.home = project.home;
    await other.run("pin");
    const all = project.trees();
    project.define([low]);
    const gone = all.filter((tree) => tree !== project.tree("low") && tree !== other.tree("other"));

    expect(await project.run("gc", "--dry-run")).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^would remove 1 trees, /),
    });
    expect(project.trees()).toEqual(all);
    expect(await project.run("gc")).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^removed 1 trees, /),
    });
    expect(project.trees()).toEqual(all.filter((tree) => !gone.includes(tree)));
    expect((await project.run("build", "low")).stdout).toContain("0 built, 1 reused");
  });
});

/** Commands for a shell that mounts something at the project's home before it becomes the command line. */
const mounting = (project: Project, commands: string) => {
  mkdirSync(project.home, { recursive: true });
  return [
    "unshare",
    "--user",
    "--map-root-user",
    "--mount",
    "sh",
    "-c",
    `home=$0; ${commands}; exec "$@"`,
    project.home,
  ];
};

describe.concurrent("a disk", () => {
  const full = (project: Project, size: string) => ({
    prefix: mounting(project, `mount -t tmpfs -o size=${size} none "$home"`),
  });

  test("that is full when a source comes says so", async () => {
    const project = new Project([low]);
    const { status, stderr } = await project.start(["build", "low"], full(project, "1m")).ended;
    expect(stderr).toMatch(/because it cannot write to \S+: the disk is full\n/);
    expect(stderr).toContain("set STAGEX_HOME to a folder elsewhere");
    expect(status).toBe(5);
  });

  test("that is full when the sandbox is set up says so", async () => {
    const project = new Project([low]);
    const { status, stderr } = await project.start(["build", "low"], full(project, "3m")).ended;
    expect(stderr).toContain("the disk is full");
    expect(status).toBe(5);
  });

  test("that gets full during a build says so", async () => {
    const big = script("big", "dd if=/dev/zero of=/out/x bs=1M count=64");
    const project = new Project([big]);
    const { status, stderr } = await project.start(["build", "big"], full(project, "16m")).ended;
    expect(stderr).toContain("The disk is full: make room, for instance with `stagex gc`.");
    expect(status).toBe(1);
  });

  test("that is read-only says so", async () => {
    const project = await pinned();
    const prefix = mounting(project, 'mount --bind "$home" "$home"; mount -o remount,bind,ro "$home"');
    const { status, stderr } = await project.start(["build", "high"], { prefix }).ended;
    expect(stderr).toMatch(/^stagex: Cannot use the store \S+: because its file system is read-only/);
    expect(stderr).toContain("Set STAGEX_HOME to a folder that you may write to.");
    expect(status).toBe(5);
  });

  test("on which the layout cannot be written says so", async () => {
    const project = await pinned();
    writeFileSync(project.path("file"), "");
    const { status, stderr } = await project.run("build-pallet", "--name", "both", "-o", "file/layout");
    expect(stderr).toMatch(/^stagex: Cannot write image layout file\/layout: because /);
    expect(status).toBe(5);
  });
});
