/** Roots that hold nothing but trees of packages, to run their programs in. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { builtTree, runIn } from "../../../scripts/ddc.ts";

/** What a program did: its exit status, and what it wrote to both standard output and standard error. */
export interface Outcome {
  readonly status: number;
  readonly output: string;
}

export class Root {
  readonly directory = mkdtempSync(join(tmpdir(), "root-"));

  /** A root with the trees of these packages; where two have one path, the earlier wins. Removed after the tests. */
  static async of(...packages: string[]): Promise<Root> {
    const root = new Root();
    afterAll(() => rmSync(root.directory, { recursive: true, force: true }));
    for (const tree of await Promise.all(packages.reverse().map(builtTree)))
      cpSync(tree, root.directory, { recursive: true, verbatimSymlinks: true, force: true });
    for (const folder of ["work", "tmp", "dev", "proc"]) mkdirSync(root.path(folder), { recursive: true });
    return root;
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  write(name: string, content: string | Buffer): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
  }

  read(name: string): Buffer {
    return readFileSync(this.path(name));
  }

  /** Runs a program, named by its path in the root, in the folder /work or another one. */
  async run(argv: readonly string[], cwd = "/work"): Promise<Outcome> {
    try {
      const { stdout, stderr } = await runIn(this.directory, { argv, cwd });
      return { status: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout = "", stderr = "" } = error as { code?: number; stdout?: string; stderr?: string };
      return { status: typeof code === "number" ? code : -1, output: stdout + stderr };
    }
  }
}
