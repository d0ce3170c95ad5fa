/** What docs/proofs records is of the packages that the lock pins. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lock } from "../../stage2/tests/store.ts";

test("the trees that the proof of gcc names are those of the lock", () => {
  const proof = readFileSync(join(import.meta.dirname, "../../../docs/proofs/gcc.md"), "utf8");
  const rows = [...proof.matchAll(/^\| (\S+) \| `([0-9a-f]{64})` \|$/gm)].map(([, row, tree]) => [row, tree]);
  expect(rows.map(([row]) => row)).toContain("gcc");
  expect(rows).toEqual(rows.map(([row]) => [row, lock.packages[`${row}`]?.tree]));
});
