/** What docs/proofs records is of the packages that the lock pins. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseLock } from "@stagex/core";
import { expect, test } from "vitest";

const project = join(import.meta.dirname, "../../..");
const { packages } = parseLock(readFileSync(join(project, "stagex.lock"), "utf8"));

test.each(["gcc"])("the trees that the proof of %s names are those of the lock", (name) => {
  const proof = readFileSync(join(project, "docs/proofs", `${name}.md`), "utf8");
  const rows = [...proof.matchAll(/^\| (\S+) \| `([0-9a-f]{64})` \|$/gm)].map(([, row, tree]) => [row, tree]);
  expect(rows.map(([row]) => row)).toContain(name);
  expect(rows).toEqual(rows.map(([row]) => [row, packages[`${row}`]?.tree]));
});
