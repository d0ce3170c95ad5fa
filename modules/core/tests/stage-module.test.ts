import { expect, test } from "vitest";
import { stageModules } from "../src/index.ts";
import { pkg, resolveStages, stage } from "./fixtures.ts";

const source = (...names: string[]): string =>
  stageModules(resolveStages(stage(7, ...names.map((name) => pkg(name))))).get(
    "stages/stage7/.dagger/src/index.ts",
  ) ?? "";

test("each stage has a module, which depends on the project's own", () => {
  const low = pkg("low");
  const modules = stageModules(resolveStages(stage(0, low), stage(1, pkg("high", { needs: [low] }))));
  expect([...modules.keys()]).toEqual(
    [0, 1].flatMap((number) =>
      ["dagger.json", ".dagger/package.json", ".dagger/src/index.ts"].map(
        (file) => `stages/stage${number}/${file}`,
      ),
    ),
  );
  expect(JSON.parse(modules.get("stages/stage1/dagger.json") ?? "")).toMatchObject({
    name: "stage1",
    dependencies: [{ name: "stagex", source: "../.." }],
  });
  expect(modules.get("stages/stage1/.dagger/src/index.ts")).not.toContain("low");
});

test("each package is a function, documented by its summary and version", () => {
  expect(source("gcc-3-1")).toContain(`
  /**
   * The gcc-3-1 of a test.
   *
   * @returns The tree of gcc-3-1 1.
   */
  @func()
  gcc31(): Directory {
    return this.tree("gcc-3-1");
  }
`);
});

test.each([
  ["tinycc-source", "tinyccSource"],
  ["libstdc++", "libstdcxx"],
  ["7zip", "package7zip"],
])("%s becomes %s", (name, identifier) => {
  expect(source(name)).toContain(`  ${identifier}(): Directory {\n    return this.tree("${name}");\n`);
});

test("they are in the order of the lock's text, however the lock was made", () => {
  const functions = [...source("b", "c", "a").matchAll(/^ {2}(\w+)\(\): Directory/gm)].map(
    ([, name]) => name,
  );
  expect(functions).toEqual(["a", "b", "c"]);
});

test("a summary stays in its comment", () => {
  const summary = "one */ two\n three";
  const modules = stageModules(resolveStages(stage(0, pkg("a", { summary }))));
  expect(modules.get("stages/stage0/.dagger/src/index.ts")).toContain("   * one * / two three.\n");
});

test.each([
  [["gcc-31", "gcc-3-1"], "its function gcc31 would be that of gcc-3-1"],
  [["sources"], "its function sources would be that of the module's own sources"],
])("%s are refused", (names, says) => {
  expect(() => source(...names)).toThrow(says);
});
