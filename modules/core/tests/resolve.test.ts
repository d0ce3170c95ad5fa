import { describe, expect, test } from "vitest";
import { definePallet, type Package, pinTrees, resolve, run, source } from "../src/index.ts";
import { digest, inMemory, pkg, resolveStages, stage } from "./fixtures.ts";

const noFiles = inMemory({});

describe("resolving", () => {
  test("keeps needs in order, and fills name and version into sources", () => {
    const first = pkg("first");
    const second = pkg("second");
    const third = pkg("third", {
      version: "2.5",
      needs: [second, first],
      sources: [
        source({
          sha256: digest("x"),
          size: 1,
          file: "{name}-{version}.tar",
          from: ["https://example.org/{file}"],
        }),
      ],
    });
    const { third: locked } = resolveStages(stage(0, first, second, third)).packages;
    expect(locked?.inputs).toEqual(["second", "first"]);
    expect(locked?.sources).toEqual([
      { sha256: digest("x"), size: 1, file: "third-2.5.tar", from: ["https://example.org/third-2.5.tar"] },
    ]);
  });

  test("records the project's own files with their hashes, and seeds as executable", () => {
    const files = inMemory({ "stages/stage0/a.c": "int a;", "stages/stage0/seed": "\x7fELF" });
    const { a } = resolve(
      { stages: [stage(0, pkg("a", { files: ["a.c"], seeds: ["seed"] }))], pallets: [] },
      files,
    ).packages;
    expect(a?.sources).toEqual([
      { file: "a.c", sha256: digest("int a;"), size: 6, from: ["project:stages/stage0/a.c"] },
      {
        file: "seed",
        sha256: digest("\x7fELF"),
        size: 4,
        executable: true,
        from: ["project:stages/stage0/seed"],
      },
    ]);
  });

  test("has a package's platform from its stage, unless it is cross-compiled", () => {
    const cross = pkg("cross", { platform: "linux/arm64" });
    const { native, cross: locked } = resolveStages(stage(0, pkg("native"), cross)).packages;
    expect([native?.platform, native?.buildPlatform]).toEqual(["linux/386", undefined]);
    expect([locked?.platform, locked?.buildPlatform]).toEqual(["linux/arm64", "linux/386"]);
  });

  test("asks a recipe for its steps", () => {
    const recipe = ({ name, version }: { name: string; version: string }) => [
      run("/make", `${name}-${version}`),
    ];
    const { a } = resolveStages(stage(0, pkg("a", { build: recipe }))).packages;
    expect(a?.steps).toEqual([{ argv: ["/make", "a-1"] }]);
  });

  test("keeps a text of several lines as a list of lines", () => {
    const { a } = resolveStages(stage(0, pkg("a", { build: [run("/bin/sh", "-c", "cd x\nmake")] }))).packages;
    expect(a?.steps).toEqual([{ argv: ["/bin/sh", "-c", ["cd x", "make"]] }]);
  });

  test("refuses two packages of one name", () => {
    expect(() => resolveStages(stage(0, pkg("a")), stage(1, pkg("a")))).toThrow(
      "Cannot resolve the definitions: because two packages have the name a",
    );
  });

  test("refuses a stage that reaches up", () => {
    const high = pkg("high");
    expect(() => resolveStages(stage(0, pkg("low", { needs: [high] })), stage(1, high))).toThrow(
      "Cannot resolve low: because it is of stage 0 and needs high of stage 1",
    );
  });

  test("refuses a need that belongs to no stage", () => {
    expect(() => resolveStages(stage(0, pkg("a", { needs: [pkg("stray")] })))).toThrow(
      "Cannot resolve a: because it needs stray, which belongs to no stage",
    );
  });

  test("refuses a cycle, and shows it", () => {
    const needsOfA: Package[] = [];
    const a = pkg("a", { needs: needsOfA });
    const b = pkg("b", { needs: [a] });
    needsOfA.push(b);
    expect(() => resolveStages(stage(0, a, b))).toThrow("in a cycle: a -> b -> a");
  });

  test("refuses files that are not there", () => {
    const missing = pkg("a", { files: ["missing.c"] });
    expect(() => resolve({ stages: [stage(0, missing)], pallets: [] }, noFiles)).toThrow(
      "Cannot resolve a: because no file matches stages/stage0/missing.c",
    );
  });

  test("refuses two sources of one name", () => {
    const twice = { sha256: digest("x"), size: 1, file: "x", from: [] };
    expect(() => resolveStages(stage(0, pkg("a", { sources: [source(twice), source(twice)] })))).toThrow(
      "Cannot resolve a: because two of its sources have the name x in /build",
    );
  });
});

describe("pins", () => {
  const low = pkg("low");
  const middle = pkg("middle", { needs: [low] });
  const high = pkg("high", { needs: [middle] });
  const image = definePallet({ name: "image", summary: "All of it", packages: [high] });
  const definitions = { stages: [stage(0, low, middle, high)], pallets: [image] };
  const trees = new Map([
    ["low", digest("low")],
    ["middle", digest("middle")],
    ["high", digest("high")],
  ]);
  const pinned = pinTrees(resolve(definitions, noFiles), trees);
  const withImage = structuredClone(pinned);
  for (const pallet of Object.values(withImage.pallets)) pallet.image = digest("image");

  const treesOf = (lock: typeof pinned) => Object.values(lock.packages).map(({ tree }) => tree);

  test("survive resolving again", () => {
    expect(resolve(definitions, noFiles, withImage)).toEqual(withImage);
  });

  test("fall where a recipe changes, and above it", () => {
    const changed = pkg("middle", { needs: [low], build: [run("/other")] });
    const above = pkg("high", { needs: [changed] });
    const lock = resolve(
      { stages: [stage(0, low, changed, above)], pallets: [{ ...image, packages: [above] }] },
      noFiles,
      withImage,
    );
    expect(treesOf(lock)).toEqual([digest("low"), null, null]);
    expect(lock.pallets.image?.image).toBeNull();
  });

  test("come back above a change that changed no output", () => {
    const unpinned = pinTrees(withImage, new Map([["middle", null]]));
    expect(treesOf(unpinned)).toEqual([digest("low"), null, null]);
    const again = pinTrees(unpinned, new Map([["middle", digest("middle")]]), withImage);
    expect(again).toEqual(withImage);
  });

  test("do not depend on a package's name, version, license or summary", () => {
    const renamed = pkg("low", { version: "2", license: "GPL-2.0-only", summary: "Other words" });
    const before = resolveStages(stage(0, low)).packages.low?.key;
    expect(resolveStages(stage(0, renamed)).packages.low?.key).toBe(before);
  });
});
