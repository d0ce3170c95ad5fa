/** Results of benchmarks that were measured on several days. */
import { expect, test } from "vitest";
import { mergeResults, type Results } from "./bench-report.ts";

const results = (date: string, values: Readonly<Record<string, number>>): Results => ({
  machine: { date },
  rounds: 5,
  figures: Object.entries(values).map(([name, value]) => ({ name, unit: "s", value, bar: 10 })),
});

test("figures take the place of those of the same names, and what was not measured again stays with its machine", () => {
  const kept = mergeResults([results("Monday", { a: 1, b: 2 })], results("Tuesday", { b: 3 }));
  expect(kept).toEqual([results("Tuesday", { b: 3 }), results("Monday", { a: 1 })]);
  expect(mergeResults(kept, results("Friday", { a: 4, b: 5 }))).toEqual([results("Friday", { a: 4, b: 5 })]);
});
