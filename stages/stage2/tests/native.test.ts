/** After stage 2 nothing of i386 is needed: what it hands on holds programs for x86_64 alone, each of them hardened. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readElf } from "./elf.ts";
import { filesOf, lock, storedTree, tellingFilesOf } from "./store.ts";

/** What the stages above may use: all of stage 2 but the way there. */
const native = Object.entries(lock.packages)
  .filter(([name, { stage }]) => stage === 2 && (name.endsWith("-amd64") || name === "linux-headers"))
  .map(([name]) => name);

describe("the graph above stage 2", () => {
  it.each(["gcc-amd64"])("%s is built with what i386 and the cross compiler made", (name) => {
    expect(lock.packages[name]?.inputs).toContain("gcc-10-cross");
  });

  it("uses only what runs on x86_64", () => {
    const above = Object.entries(lock.packages).filter(([, { stage }]) => stage > 2);
    const foreign = above.flatMap(([name, { inputs }]) =>
      inputs
        .filter((input) => (lock.packages[input]?.stage ?? 0) <= 2 && !native.includes(input))
        .map((input) => `${name} needs ${input}`),
    );
    expect(foreign).toEqual([]);
  });
});

describe.each(native)("the tree of %s", (name) => {
  const tree = storedTree(name);

  it.skipIf(!tree)(
    `holds hardened programs for x86_64 (where the store has it: ./stagex build ${name})`,
    () => {
      for (const file of filesOf(tree as string)) {
        const elf = readElf(readFileSync(file));
        if (!elf) continue;
        const relocatable = elf.type === "relocatable";
        expect(elf, file).toMatchObject({
          machine: "x86_64",
          interpreter: false,
          textRelocations: false,
          ...(!relocatable && { type: "position-independent", relro: true, executableStack: false }),
        });
      }
    },
  );

  it.skipIf(!tree)("does not tell where it was built", () => {
    expect(tellingFilesOf(tree as string)).toEqual([]);
  });
});
