/** Roots that hold packages of stage 3, where the store has them. */
import { beforeAll, describe } from "vitest";
import { Root } from "../../stage1/tests/root.ts";
import { lock, storedTrees } from "../../stage2/tests/store.ts";

/** What the packages of stage 3 are built with: C library, compiler, make and a shell. */
export const toolchain: readonly string[] = lock.packages.gzip?.inputs ?? [];

/** The output, standard and error, of a script in a folder of its own. */
export type Shell = (script: string, files?: Readonly<Record<string, string>>) => Promise<string>;

/**
 * Tests in a root that holds these packages alone; where two have one path, the earlier wins. They are skipped where
 * the store lacks one of them, since building all of them takes long.
 */
export function describeIn(packages: readonly string[], title: string, tests: (sh: Shell) => void): void {
  const { trees, isMissing, why } = storedTrees(packages);

  describe.skipIf(isMissing)(`${title}${why}`, () => {
    let root: Root;
    let count = 0;
    beforeAll(async () => {
      root = await Root.of(...trees);
    });
    tests(async (script, files = {}) => {
      const folder = `work/${count++}`;
      root.write(`${folder}/script`, script);
      for (const [name, text] of Object.entries(files)) root.write(`${folder}/${name}`, text);
      return (await root.run(["/bin/sh", "script"], `/${folder}`)).output;
    });
  });
}
