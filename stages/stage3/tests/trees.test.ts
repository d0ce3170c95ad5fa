/** What holds for every file of stage 3. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readElf } from "../../stage2/tests/elf.ts";
import { filesOf, lock, storedTree, tellingFilesOf } from "../../stage2/tests/store.ts";

const names = Object.keys(lock.packages).filter((name) => lock.packages[name]?.stage === 3);

describe.each(names)("the tree of %s", (name) => {
  const tree = storedTree(name) ?? "";

  it.skipIf(!tree)(`holds hardened programs (where the store has it: ./stagex build ${name})`, () => {
    for (const file of filesOf(tree)) {
      const elf = readElf(readFileSync(file));
      if (!elf || elf.type === "relocatable") continue;
      expect(elf, file).toMatchObject({
        machine: "x86_64",
        type: "position-independent",
        interpreter: false,
        searchPath: false,
        relro: true,
        executableStack: false,
        textRelocations: false,
      });
    }
  });

  it.skipIf(!tree)("does not tell where it was built", () => {
    expect(tellingFilesOf(tree)).toEqual([]);
  });
});
