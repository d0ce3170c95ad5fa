import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readHistory, recordHistory, remainingSeconds } from "../src/history.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stagex-history-"));
  path = join(folder, "history.json");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const took = (seconds: number, peakBytes = 0) => ({ seconds, peakBytes });

describe("the record of earlier builds", () => {
  test("keeps each package's last measure", async () => {
    await recordHistory(
      path,
      new Map([
        ["a", took(1)],
        ["b", took(2)],
      ]),
    );
    await recordHistory(path, new Map([["a", took(3, 4096)]]));
    expect(await readHistory(path)).toEqual(
      new Map([
        ["a", took(3, 4096)],
        ["b", took(2)],
      ]),
    );
    expect(readdirSync(folder)).toEqual(["history.json"]);
  });

  test("is not touched by a run that built nothing", async () => {
    await recordHistory(path, new Map());
    expect(readdirSync(folder)).toEqual([]);
  });

  test("is lost, without an error, where it cannot be written", async () => {
    await recordHistory(join(folder, "none", "history.json"), new Map([["a", took(1)]]));
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    ["nothing", ""],
    ["what is cut off", '{"a":{"seco'],
    ["what is no object", "null"],
    ["measures that are none", '{"a":null,"b":{"seconds":"soon"},"c":7}'],
  ])("that holds %s counts as empty, and does not stop a run", async (_, text) => {
    writeFileSync(path, text);
    expect(await readHistory(path)).toEqual(new Map());
    await recordHistory(path, new Map([["a", took(1)]]));
    expect(await readHistory(path)).toEqual(new Map([["a", took(1)]]));
  });
});

describe("the estimate of the remaining time", () => {
  const history = new Map([
    ["short", took(10)],
    ["long", took(50)],
  ]);

  test("is unknown when nothing was built before", () => {
    expect(remainingSeconds(["short"], new Map(), 1)).toBeNull();
  });

  test("shares the work among the jobs", () => {
    expect(remainingSeconds(["short", "long"], history, 1)).toBe(60);
    expect(remainingSeconds(["long", "long2"], history, 2)).toBe(50);
  });

  test("is never shorter than the longest package", () => {
    expect(remainingSeconds(["short", "long"], history, 8)).toBe(50);
  });

  test("takes the mean for packages that are new", () => {
    expect(remainingSeconds(["new"], history, 1)).toBe(30);
  });

  test("is 0 when nothing is left", () => {
    expect(remainingSeconds([], history, 1)).toBe(0);
  });
});
