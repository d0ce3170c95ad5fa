import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  argumentOf,
  formatLock,
  keyOfInputs,
  type Lock,
  linesOf,
  type Package,
  parseLock,
  pinTrees,
} from "../src/index.ts";
import { digest, pkg, resolveStages, stage } from "./fixtures.ts";

const low = pkg("low");
const lock = resolveStages(stage(0, low), stage(1, pkg("high", { needs: [low] })));
const text = formatLock(pinTrees(lock, new Map([["low", digest("low")]])));

describe("the lock's text", () => {
  test("is canonical: reading and writing gives the same bytes", () => {
    expect(formatLock(parseLock(text))).toBe(text);
  });

  test("does not depend on the order of definitions", () => {
    expect(formatLock(resolveStages(stage(0, pkg("b"), pkg("a"))))).toBe(
      formatLock(resolveStages(stage(0, pkg("a"), pkg("b")))),
    );
  });

  test("reads back what was written, whatever it is", () => {
    fc.assert(
      fc.property(anyLock, (value) => {
        expect(parseLock(formatLock(value))).toEqual(value);
      }),
    );
  });

  test("is never read otherwise than it was written: a changed byte is refused or means the same", () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
        const damaged = text.slice(0, at) + character + text.slice(at + 1);
        fc.pre(damaged !== text);
        const read = attempt(() => parseLock(damaged));
        // What decides no tree (a version, a summary, a place) may be edited; it must then be what is read.
        if (read) expect(formatLock(read)).toBe(damaged);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    [
      "truncated",
      text.slice(0, -20),
      "Cannot use stagex.lock: because it is not JSON, so it is truncated or damaged",
    ],
    [
      "of a newer format",
      text.replace('"stagex": 1', '"stagex": 2'),
      "it has format 2, and this program knows 1",
    ],
    [
      "with other white space",
      text.replace("\n", "\n\n"),
      "its text is not in canonical form, so it was edited by hand",
    ],
    [
      "with another step",
      text.replace('"/low"', '"/evil"'),
      "the key of low does not match its recipe and inputs",
    ],
    [
      "with another tree",
      text.replaceAll(digest("low"), digest("evil")),
      "the key of high does not match its recipe",
    ],
    [
      "with an unknown member",
      text.replace('"stage": 0', '"stage": 0, "trust": true'),
      "at packages.low.trust it is wrong",
    ],
    ["with a path that leads out", text.replace('"license"', '"sources_"'), "at packages.high"],
    [
      "that reaches up",
      text.replace('"stage": 0', '"stage": 2'),
      "high of stage 1 needs low of the higher stage 2",
    ],
    ["that lacks a package", text.replace('["low"]', '["gone"]'), "high needs gone, which it does not hold"],
  ])("is refused when %s", (_, damaged, message) => {
    expect(damaged).not.toBe(text);
    expect(() => parseLock(damaged)).toThrow(message);
  });
});

describe("a key", () => {
  test("changes with everything that decides a tree", () => {
    const { low: locked } = lock.packages;
    if (!locked) throw new Error("no fixture");
    const source = { file: "a", sha256: digest("a"), size: 1, from: [] };
    const keys = [
      keyOfInputs(lock, locked, []),
      keyOfInputs(lock, locked, [digest("input")]),
      keyOfInputs(lock, { ...locked, steps: [{ argv: ["/other"] }] }, []),
      keyOfInputs(lock, { ...locked, steps: [{ argv: ["/low", "/out/low"], cwd: "/" }] }, []),
      keyOfInputs(lock, { ...locked, platform: "linux/amd64" }, []),
      keyOfInputs(lock, { ...locked, sources: [source] }, []),
      keyOfInputs(lock, { ...locked, sources: [{ ...source, executable: true as const }] }, []),
      keyOfInputs(lock, { ...locked, sources: [{ ...source, file: "b" }] }, []),
      keyOfInputs({ ...lock, epoch: 0 }, locked, []),
      keyOfInputs({ ...lock, environment: {} }, locked, []),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});

test("an argument of several lines becomes a list and comes back", () => {
  fc.assert(
    fc.property(fc.string(), (argument) => {
      expect(argumentOf(linesOf(argument))).toBe(argument);
    }),
  );
  expect(linesOf("a\nb\n")).toEqual(["a", "b", ""]);
});

/** Locks of a chain of packages with arbitrary texts in them. */
const anyLock: fc.Arbitrary<Lock> = fc
  .array(
    fc.record({
      version: fc.string(),
      summary: fc.string(),
      argv: fc.array(fc.string(), { minLength: 1 }),
      env: fc.dictionary(fc.stringMatching(/^[A-Z][A-Z0-9_]*$/), fc.string()),
      pinned: fc.boolean(),
    }),
    { maxLength: 8 },
  )
  .map((parts) => {
    const packages: Package[] = [];
    for (const { version, summary, argv, env } of parts) {
      const needs = packages.slice(-1);
      packages.push(pkg(`p${packages.length}`, { version, summary, build: [{ argv, env }], needs }));
    }
    const resolved = resolveStages(stage(0, ...packages));
    const unpinned = parts.findIndex(({ pinned }) => !pinned);
    const pinned = packages.slice(0, unpinned === -1 ? undefined : unpinned).map(({ name }) => name);
    return pinTrees(resolved, new Map(pinned.map((name) => [name, digest(name)])));
  });

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
