import { describe, expect, test } from "vitest";
import { afresh, containerfile, type Lock, type Package, resolve, run, source } from "../src/index.ts";
import { digest, inMemory, pkg, resolveStages, stage } from "./fixtures.ts";

/** The instructions, without comments and empty lines. */
const instructions = (lock: Lock, ...names: string[]): string[] =>
  containerfile(lock, names, [])
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));

/** The instructions of a package's stages, from its first one on. */
const stagesOf = (definition: Package): string[] => {
  const lines = instructions(resolveStages(stage(0, ...needed(definition))), definition.name);
  return lines.slice(lines.findIndex((line) => line.includes(` AS build-${definition.name}`)));
};
const needed = (definition: Package): Package[] => [...(definition.needs ?? []).flatMap(needed), definition];

describe("a Containerfile", () => {
  test("builds a package in a stage, whose /out is the tree that a second stage holds", () => {
    expect(instructions(resolveStages(stage(0, pkg("a"))), "a")).toEqual([
      "FROM --platform=linux/386 scratch AS build-root-386",
      ...["HOME=/build", "LC_ALL=C", "PATH=/usr/bin:/bin", "SOURCE_DATE_EPOCH=1767225600"].map(env),
      ...["TMPDIR=/tmp", "TZ=UTC0"].map(env),
      ...["WORKDIR /tmp", "WORKDIR /out", "WORKDIR /build"],
      "FROM build-root-386 AS build-a",
      'RUN --network=none ["/a", "/out/a"]',
      "FROM --platform=linux/386 scratch AS a",
      "COPY --from=build-a /out/ /",
    ]);
  });
  const env = (pair: string) => `ENV ${pair}`;

  test("runs the steps of a cross-compiled package on the platform of its stage", () => {
    const lines = instructions(resolveStages(stage(0, pkg("a", { platform: "linux/arm64" }))), "a");
    expect(lines.filter((line) => line.startsWith("FROM"))).toEqual([
      "FROM --platform=linux/386 scratch AS build-root-386",
      "FROM build-root-386 AS build-a",
      "FROM --platform=linux/arm64 scratch AS a",
    ]);
  });

  test("holds what is needed, inputs first, and copies the input that wins last", () => {
    const [a, b] = [pkg("a"), pkg("b")];
    const lock = resolveStages(stage(0, a, b, pkg("c", { needs: [a, b] }), pkg("other")));
    const lines = instructions(lock, "c");
    expect(lines.filter((line) => line.startsWith("FROM build-root"))).toEqual([
      "FROM build-root-386 AS build-a",
      "FROM build-root-386 AS build-b",
      "FROM build-root-386 AS build-c",
    ]);
    expect(lines.slice(-5, -3)).toEqual(["COPY --from=b / /", "COPY --from=a / /"]);
  });

  test("takes project files from where they are, those of a folder at once, and others by their hash", () => {
    const archive = source({
      sha256: digest("x"),
      size: 1,
      file: "x.tar",
      from: ["https://example.org/x.tar"],
    });
    const definition = pkg("a", { files: ["one.c", "two.c"], seeds: ["seed"], sources: [archive] });
    const files = { "stages/stage0/one.c": "1", "stages/stage0/two.c": "2", "stages/stage0/seed": "3" };
    const lock = resolve({ stages: [stage(0, definition)], pallets: [] }, inMemory(files));
    expect(containerfile(lock)).toContain(
      "COPY --chmod=644 \\\n  stages/stage0/one.c \\\n  stages/stage0/two.c \\\n  /build/\n",
    );
    expect(containerfile(lock)).toContain("COPY --chmod=755 stages/stage0/seed /build/\n");
    expect(containerfile(lock)).toContain(`COPY --chmod=644 .stagex/sources/${digest("x")} /build/x.tar\n`);
  });

  test("gives a process its very arguments, whatever is in them", () => {
    const [, line] = stagesOf(pkg("a", { build: [run("/sh", "-c", 'echo "$x" \\\n# y', "")] }));
    expect(line).toBe('RUN --network=none ["/sh", "-c", "echo \\"$x\\" \\\\\\n# y", ""]');
  });

  test("changes the folder where a step asks for it, and back", () => {
    const build = [{ argv: ["/a"], cwd: "/src" }, { argv: ["/b"], cwd: "/src" }, run("/c")];
    expect(stagesOf(pkg("a", { build })).slice(1, -2)).toEqual([
      "WORKDIR /src",
      'RUN --network=none ["/a"]',
      'RUN --network=none ["/b"]',
      "WORKDIR /build",
      'RUN --network=none ["/c"]',
    ]);
  });

  test("keeps a step's variables from the steps after it by a new stage", () => {
    const build = [{ argv: ["/a"], env: { A: "it's $1" } }, run("/b")];
    expect(stagesOf(pkg("x", { build }))).toEqual([
      "FROM build-root-386 AS build-x.1",
      `ENV A='it'"'"'s $1'`,
      'RUN --network=none ["/a"]',
      "FROM build-root-386 AS build-x",
      "COPY --from=build-x.1 / /",
      'RUN --network=none ["/b"]',
      "FROM --platform=linux/386 scratch AS x",
      "COPY --from=build-x /out/ /",
    ]);
  });

  test("has a stage for each pallet, with what a container needs to know", () => {
    const a = pkg("a");
    const pallet = {
      name: "a",
      summary: "A",
      packages: [a],
      entrypoint: ["/a"],
      cmd: ["-x"],
      labels: { k: "v w" },
    };
    const lock = resolve({ stages: [stage(0, a)], pallets: [pallet] }, inMemory({}));
    expect(containerfile(lock).split("\n").slice(-6, -1)).toEqual([
      "FROM --platform=linux/386 scratch AS pallet-a",
      "COPY --from=a / /",
      "LABEL k='v w'",
      'ENTRYPOINT ["/a"]',
      'CMD ["-x"]',
    ]);
  });

  test("takes trees that are at hand, and does not build what only they need", () => {
    const [a, b] = [pkg("a"), pkg("b")];
    const low = pkg("low", { needs: [a] });
    const lock = resolveStages(stage(0, a, b, low, pkg("high", { needs: [low, b] })));
    const text = containerfile(lock, ["high"], [], new Map([["low", "trees/low"]]));
    expect(text).toContain("FROM --platform=linux/386 scratch AS low\nCOPY trees/low/ /\n");
    expect([...text.matchAll(/^FROM build-root-386 AS build-(.*)$/gm)].map(([, name]) => name)).toEqual([
      "b",
      "high",
    ]);
  });

  test("can be built afresh: each root then holds a file that no cache knows", () => {
    const text = containerfile(resolveStages(stage(0, pkg("a"))));
    expect(afresh(text)).toContain("scratch AS build-root-386\nCOPY .afresh /.afresh\n");
    expect(afresh(text).split("\n")).toHaveLength(text.split("\n").length + 1);
  });

  test("refuses a line that builders do not read", () => {
    const script = (length: number) => () =>
      stagesOf(pkg("a", { build: [run("/sh", "-c", "x".repeat(length))] }));
    expect(script(65_000)).not.toThrow();
    expect(script(65_535)).toThrow(/line would be longer than 65,534 bytes: RUN --network=none \["\/sh"/);
  });

  test("has names that builders take, and refuses what two packages would share", () => {
    const lines = instructions(resolveStages(stage(0, pkg("g++"), pkg("7zip"))), "g++", "7zip").join("\n");
    expect(lines).toContain(" AS build-g__\n");
    expect(lines).toContain(" AS package-7zip\n");
    expect(() => containerfile(resolveStages(stage(0, pkg("g+"), pkg("g_"))))).toThrow(
      "Cannot write a Containerfile: because two of its stages would be called build-g_\n",
    );
  });

  test("refuses what would be read as something else", () => {
    const withCwd = (cwd: string) => () => stagesOf(pkg("a", { build: [{ argv: ["/a"], cwd }] }));
    const withEnv = (A: string) => () => stagesOf(pkg("a", { build: [{ argv: ["/a"], env: { A } }] }));
    expect(withCwd("/a\nRUN evil")).toThrow('because it cannot name "/a\\nRUN evil"');
    expect(withCwd("/$HOME")).toThrow('because it cannot name "/$HOME"');
    expect(withEnv("1\nRUN evil")).toThrow('because it cannot hold the value "1\\nRUN evil"');
    expect(stagesOf(pkg("a", { summary: "one\nRUN evil" })).join("\n")).not.toMatch(/^RUN evil/m);
  });
});
