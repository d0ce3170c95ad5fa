/** What holds for every file of stage 3. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readElf } from "../../stage2/tests/elf.ts";
import { lock, storedTree } from "../../stage2/tests/store.ts";

const names = Object.keys(lock.packages).filter((name) => lock.packages[name]?.stage === 3);

const files = (tree: string): string[] =>
  readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe.each(names)("the tree of %s", (name) => {
  const tree = storedTree(name) ?? "";

  it.skipIf(!tree)(`holds hardened programs (where the store has it: ./stagex build ${name})`, () => {
    for (const file of files(tree)) {
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
    const found = files(tree).filter((file) => readFileSync(file).includes("/build/"));
    // GCC's makefiles compile it with notes for a debugger, whatever the command line says.
    expect(found.map((file) => basename(file))).toEqual(name === "gcc" ? ["libgcc.a"] : []);
  });
});
