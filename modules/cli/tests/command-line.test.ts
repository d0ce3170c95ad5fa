/** What every command promises: help, exit statuses, names, and results that a program can read. */
import { describe, expect, test } from "vitest";
import { needsBusybox, Project, pallet, script } from "./project.ts";

const low = script("low", "echo low >/out/low", { files: ["low.hex0"], provides: ["/low"] });
const middle = script("middle", "cat /low >/out/middle", { needs: [low] });
const high = script("high", "cat /low /middle >/out/high", { needs: [middle, low], version: "2" });
const lone = script("lone", "echo lone >/out/lone");

/** The tests here only read it. */
const project = new Project();
project.write("stages/stage0/low.hex0", "00 ; a comment\n\n# another\nff\n");
project.define([low, middle, high, lone], [pallet("everything", low, high)]);

describe("help", () => {
  test("names every command, the exit statuses and the environment", async () => {
    const { status, stdout } = await project.run("--help");
    expect(status).toBe(0);
    for (const word of ["build-pallet", "verify", "doctor", "Exit status:", "130", "STAGEX_HOME"]) {
      expect(stdout).toContain(word);
    }
  });

  test("is there for each command", async () => {
    const { stdout } = await project.run("--help");
    const commands = [...stdout.matchAll(/^ {2}([a-z][a-z-]+) .*$/gm)]
      .map(([, name]) => name as string)
      .filter((name) => name !== "help");
    expect(commands).toContain("build-pallet");
    const results = await Promise.all(commands.map((name) => project.run(name, "--help")));
    for (const [index, { status, stdout }] of results.entries()) {
      expect([status, stdout]).toEqual([0, expect.stringContaining(`Usage: stagex ${commands[index]} `)]);
    }
  });
});

describe.concurrent("a wrong command line ends with status 2, and tells what is right", () => {
  const cases: [args: string[], says: string][] = [
    [["nothing"], "unknown command 'nothing'"],
    [["biuld", "low"], "(Did you mean build?)"],
    [["build", "--nothing", "low"], "unknown option '--nothing'"],
    [["build", "--nothing", "low"], "`stagex build --help` shows what there is."],
    [["build"], "missing required argument 'name'"],
    [["build-pallet"], "required option '--name <pallet>' not specified"],
    [["build", "-j", "0", "low"], "It must be a whole number above 0."],
    [["build", "--time-limit", "soon", "low"], "It must be a whole number above 0."],
    [["graph", "--format", "pdf"], "Allowed choices are dot, json."],
    [["list", "extra"], "too many arguments"],
    [["plan", "--stage", "9"], "Cannot plan stage 9: because the lock has no package of that stage"],
    [["why", "lone", "low"], "Cannot show why lone needs low: because it does not need it"],
    [["log", "low"], "Cannot show the log of low: because it was not built with this store"],
  ];

  test.each(cases)("%s", async (args, says) => {
    const { status, stdout, stderr } = await project.run(...args);
    expect(stderr).toContain(says);
    expect(stderr).toMatch(/^stagex: /);
    expect([status, stdout]).toEqual([2, ""]);
  });
});

describe.concurrent("an unknown name ends with status 2, and the nearest names", () => {
  const either =
    "Cannot find package or pallet 'hihg': because the lock has no package or pallet of that name";
  const cases: [args: string[], says: string][] = [
    [["build", "hihg"], either],
    [["build", "low", "hihg"], either],
    [["verify", "hihg"], either],
    [["fetch", "hihg"], either],
    [["graph", "hihg"], either],
    [["audit", "hihg"], either],
    [["pin", "hihg"], either],
    [["why", "hihg", "low"], either],
    [["push-cache", "cache", "hihg"], either],
    [["why", "high", "lwo"], "Cannot find package 'lwo'"],
    [["log", "hihg"], "Cannot find package 'hihg'"],
    [["build-pallet", "--name", "everthing"], "Did you mean everything? `stagex list --pallets` shows all."],
    [["build", "everythin"], "Did you mean everything?"],
    [["build", "constructor"], "Cannot find package or pallet 'constructor'"],
  ];

  test.each(cases)("%s", async (args, says) => {
    const { status, stdout, stderr } = await project.run(...args);
    expect(stderr).toContain(says);
    if (args.includes("hihg")) expect(stderr).toContain("Did you mean high?");
    expect([status, stdout]).toEqual([2, ""]);
  });
});

describe.concurrent("questions about the lock", () => {
  const answer = async (...args: string[]): Promise<string> => {
    const { status, stdout, stderr } = await project.run(...args);
    expect([status, stderr]).toEqual([0, ""]);
    return stdout;
  };
  const json = async (...args: string[]) => JSON.parse(await answer(...args));

  test("list gives the packages, inputs before what uses them", async () => {
    expect(await answer("list")).toBe(
      [
        "0  low     1  The low of a test",
        "0  middle  1  The middle of a test",
        "0  high    2  The high of a test",
        "0  lone    1  The lone of a test\n",
      ].join("\n"),
    );
    expect(await json("list", "--json")).toContainEqual({
      stage: 0,
      name: "high",
      version: "2",
      summary: "The high of a test",
    });
    expect(await json("list", "--stage", "1", "--json")).toEqual([]);
    expect(await json("list", "--pallets", "--json")).toEqual([
      { name: "everything", packages: ["low", "high"], summary: "The everything of a test" },
    ]);
  });

  test("why gives a shortest path down", async () => {
    expect(await answer("why", "high", "middle")).toBe("high\n  middle\n");
    expect(await json("why", "everything", "middle", "--json")).toEqual(["high", "middle"]);
    expect(await json("why", "middle", "low", "--json")).toEqual(["middle", "low"]);
  });

  test("graph gives inputs by package, as JSON or DOT", async () => {
    expect(await json("graph", "--format", "json", "middle")).toEqual({ low: [], middle: ["low"] });
    expect(await answer("graph", "high")).toMatch(/^digraph stagex \{[^]*"high" -> "middle";[^]*\}\n$/);
  });

  test("audit counts what has to be trusted and read", async () => {
    expect(await json("audit", "everything", "--json")).toEqual({
      packages: 3,
      trustedBytes: [{ file: "stages/stage0/bin/busybox", bytes: expect.any(Number) }],
      handWritten: [{ stage: 0, language: "hex0", files: 1, lines: 2 }],
      handWrittenLines: 2,
      patches: [],
      generated: [],
      sources: [],
    });
    expect(await answer("audit")).toContain("hand-written lines      2\n");
  });

  test("plan gives a shell script", async () => {
    const text = await answer("plan");
    expect(text).toMatch(/^#!\/bin\/sh\n/);
    expect(text).toContain("begin high middle low\n");
  });

  test("doctor tells what was found", async () => {
    const { stdout } = await project.run("doctor", "--json");
    for (const finding of JSON.parse(stdout)) {
      expect(finding).toMatchObject({
        what: expect.any(String),
        ok: expect.any(Boolean),
        detail: expect.any(String),
      });
    }
  });

  test("they do not mind a reader that goes away", async () => {
    const running = project.start(["plan"]);
    running.process.stdout?.destroy();
    expect(await running.ended).toMatchObject({ status: 0, stderr: "" });
  });
});

describe("results as JSON", () => {
  needsBusybox();

  const isDigest = expect.stringMatching(/^[0-9a-f]{64}$/);
  const isCount = expect.any(Number);

  test("tell of pins, builds, pallets, caches, verification, sources and garbage", async () => {
    const one = script("one", "echo 1 >/out/one");
    const own = new Project([one], [pallet("all", one)]);
    const json = async (...args: string[]) => {
      const { status, stdout, stderr } = await own.run(...args, "--json");
      expect(status, stderr).toBe(0);
      return JSON.parse(stdout);
    };

    expect(await json("fetch")).toEqual({ sources: 1, size: isCount });
    expect(await json("pin")).toEqual({ packages: { one: isDigest }, pallets: { all: isDigest } });
    const tree = own.tree("one");
    const image = own.lock.pallets.all?.image;
    const done = { built: 0, reused: 1, substituted: 0, failed: 0, seconds: isCount };
    expect(await json("build", "one")).toEqual({
      packages: [{ name: "one", tree, path: own.treePath("one") }],
      ...done,
    });
    expect(await json("build-pallet", "--name", "all")).toEqual({
      pallet: "all",
      layout: "out/all",
      image,
      ...done,
    });
    expect(await json("verify", "all")).toEqual({ name: "all", verified: true, packages: ["one"], image });
    expect(await json("push-cache", own.path("cache"))).toEqual({ pushed: ["one"], absent: [] });
    own.define([]);
    expect(await json("gc")).toEqual({ removed: [tree], bytes: isCount });
  });
});
