/** Diverse double compilation in small: a make of other bytes must lead to the same headers. */
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { buildOver, compareTrees, inNewFolder } from "./ddc-build.ts";
import { builtTree } from "./home.ts";

it("builds packages over one from elsewhere, and tells which trees are those of the lock", async () => {
  const comparisons = await inNewFolder(async (folder) => {
    cpSync(await builtTree("make-i386"), folder, { recursive: true });
    writeFileSync(join(folder, "usr/note"), "made elsewhere\n");
    const elsewhere = { name: "make-i386", folder, members: ["usr"], into: "/out" } as const;
    return compareTrees(await buildOver(elsewhere, ["make-i386", "musl-headers"]));
  });
  expect(comparisons.map(({ name, pinned, built }) => [name, built === pinned])).toEqual([
    ["make-i386", false],
    ["musl-headers", true],
  ]);
});
