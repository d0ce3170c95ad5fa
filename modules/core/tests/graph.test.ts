import { describe, expect, test } from "vitest";
import { closure, nearestNames, packageNamed, palletNamed, pathDown, toDot } from "../src/index.ts";
import { pkg, resolveStages, stage } from "./fixtures.ts";

const seed = pkg("seed");
const compiler = pkg("compiler", { needs: [seed] });
const linker = pkg("linker", { needs: [seed] });
const lock = resolveStages(
  stage(0, seed, compiler, linker),
  stage(1, pkg("program", { needs: [compiler, linker] })),
);

describe("the graph of a lock", () => {
  test("lists inputs before what uses them", () => {
    expect(closure(lock, ["program"])).toEqual(["seed", "compiler", "linker", "program"]);
  });

  test("leaves out what is pruned, and what only that needs", () => {
    expect(closure(lock, ["program"], (name) => name !== "program")).toEqual(["program"]);
  });

  test("shows a shortest path down, or that there is none", () => {
    expect(pathDown(lock, "program", "seed")).toEqual(["program", "compiler", "seed"]);
    expect(pathDown(lock, "seed", "program")).toBeNull();
    expect(pathDown(lock, "seed", "seed")).toEqual(["seed"]);
  });

  test("prints as DOT, one cluster a stage", () => {
    expect(toDot(lock, ["seed", "linker"])).toBe(
      [
        "digraph stagex {",
        "  rankdir=BT;",
        '  subgraph cluster_0 { label="stage 0"; "linker"; "seed"; }',
        '  "linker" -> "seed";',
        "}",
        "",
      ].join("\n"),
    );
  });
});

describe("an unknown name", () => {
  test("is answered with the nearest names", () => {
    expect(() => packageNamed(lock, "compilr")).toThrow(
      "Cannot find package 'compilr': because the lock has no package of that name\nDid you mean compiler?",
    );
    expect(() => palletNamed(lock, "zzz")).toThrow("`stagex list --pallets` shows all.");
  });

  test("is not one that every object has", () => {
    expect(() => packageNamed(lock, "constructor")).toThrow("Cannot find package 'constructor'");
  });

  test("suggests slips and beginnings, the nearest first, at most three", () => {
    expect(nearestNames("gc", ["gcc", "gcc-3", "git", "redis", "gcd"])).toEqual(["gcc", "gcd", "git"]);
    expect(nearestNames("postgres", ["nginx"])).toEqual([]);
  });
});
