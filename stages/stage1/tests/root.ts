/** Roots that hold nothing but trees of packages, to run their programs in. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll } from "vitest";
import { builtTree } from "../../../scripts/home.ts";

const execute = promisify(execFile);

/** What a program did: its exit status, and what it wrote to its standard output and error, as it came. */
export interface Outcome {
  readonly status: number;
  readonly output: string;
}

/** The environment of what runs in a root. */
export const environment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };

/**
 * Arguments of unshare(1) for a program in a root, with the machine's devices.
 *
 * @param redirection of its output, as the shell has it
 */
export function entering(root: string, cwd: string, argv: readonly string[], redirection = ""): string[] {
  const user = process.getuid?.() === 0 ? [] : ["--map-root-user"];
  const enter = `mount --rbind /dev "$0/dev" && exec unshare --root="$0" --wd="$@" ${redirection}`;
  return [...user, "--mount", "sh", "-c", enter, root, cwd, ...argv];
}

const directories: string[] = [];
// Not where a root is made: in a hook or a test, vitest would never call it.
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

const treeOf = async (one: string): Promise<string> => (one.startsWith("/") ? one : builtTree(one));

export class Root {
  readonly directory = mkdtempSync(join(tmpdir(), "root-"));

  /**
   * A root with the trees of these packages, or trees named by their absolute path; where two have one path, the
   * earlier wins. Removed after the tests.
   */
  static async of(...packages: string[]): Promise<Root> {
    const root = new Root();
    directories.push(root.directory);
    for (const tree of await Promise.all(packages.reverse().map(treeOf)))
      await execute("cp", ["-R", "--remove-destination", `${tree}/.`, root.directory]);
    for (const folder of ["work", "tmp", "dev", "proc"]) mkdirSync(root.path(folder), { recursive: true });
    return root;
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  write(name: string, content: string | Buffer, mode = 0o644): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content, { mode });
  }

  read(name: string): Buffer {
    return readFileSync(this.path(name));
  }

  /** Runs a program, named by its path in the root, in the folder /work or another one. */
  async run(argv: readonly string[], cwd = "/work"): Promise<Outcome> {
    try {
      const { stdout } = await execute("unshare", entering(this.directory, cwd, argv, "2>&1"), {
        maxBuffer: 1 << 26,
        env: environment,
      });
      return { status: 0, output: stdout };
    } catch (error) {
      const { code, stdout = "" } = error as { code?: number; stdout?: string };
      return { status: typeof code === "number" ? code : -1, output: stdout };
    }
  }
}
