/** The image as its users meet it: other people's tools take it, and its compiler works where nothing else is. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  canRunPodman,
  isInstalled,
  loadLayout,
  type PodmanOptions,
  runImage,
} from "../../modules/oci/tests/podman.ts";
import { greeting, hello, report, reported } from "./programs.ts";

const project = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "tinycc-pallet-"));
const layout = join(folder, "layout");
let image: string;
beforeAll(() => {
  const args = ["build-pallet", "--name", "tinycc", "--output", layout, "--json"];
  image = JSON.parse(execFileSync(join(project, "stagex"), args, { encoding: "utf8", stdio: "pipe" })).image;
  chmodSync(folder, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const blob = (digest: string): string => join(layout, "blobs", digest.replace(":", "/"));
const readBlob = (digest: string) => JSON.parse(readFileSync(blob(digest), "utf8"));

const isRoot = process.getuid?.() === 0;

describe("in a root that holds the image's layers and nothing else, tcc", () => {
  const root = join(folder, "root");
  const work = join(root, "work");
  let entrypoint: string[];

  beforeAll(() => {
    mkdirSync(work, { recursive: true });
    const { config, layers } = readBlob(`sha256:${image}`);
    for (const { digest } of layers) execFileSync("tar", ["-xf", blob(digest), "-C", root]);
    entrypoint = readBlob(config.digest).config.Entrypoint;
  });

  /** Runs a program there, in /work. */
  function run(...argv: string[]): { status: number | null; stdout: string; stderr: string } {
    const asUser = isRoot ? [] : ["--map-root-user"];
    return spawnSync("unshare", [...asUser, `--root=${root}`, "--wd=/work", ...argv], { encoding: "utf8" });
  }
  const tcc = (...args: string[]) => run(...entrypoint, ...args);
  const succeeded = (stdout = "") => ({ status: 0, stdout, stderr: "" });
  const write = (name: string, content: string) => writeFileSync(join(work, name), content);

  it("compiles and links a program", () => {
    write("hello.c", hello);
    expect(tcc("-o", "hello", "hello.c")).toMatchObject(succeeded());
    expect(run("./hello")).toMatchObject(succeeded(greeting));
  });

  it("runs a program at once", () => {
    write("hello.c", hello);
    expect(tcc("-run", "hello.c")).toMatchObject(succeeded(greeting));
  });

  it("links a library whose memory, sorting, files and floating-point numbers work", () => {
    write("report.c", report);
    expect(tcc("-Wall", "-o", "report", "report.c", "-lm")).toMatchObject(succeeded());
    expect(run("./report", "planets.txt")).toMatchObject(succeeded(reported));
    expect(readFileSync(join(work, "planets.txt"), "utf8")).toBe("Mercury 0.387\nVenus 0.723\nMars 1.524\n");
  });

  it("compiles files apart, keeps them in an archive, and links what is needed of it", () => {
    write("sum.h", "int sum(int, int);\nextern const char *title;\n");
    write("sum.c", '#include "sum.h"\nint sum(int a, int b) { return a + b; }\n');
    write("title.c", '#include "sum.h"\nconst char *title = TITLE;\n');
    write("unused.c", "int unused(void) { return missing(); }\n");
    write(
      "main.c",
      '#include <stdio.h>\n#include <sum.h>\nint main(void) { printf("%s %d\\n", title, sum(40, 2)); return sum(3, 4); }\n',
    );
    expect(tcc("-c", "sum.c", "unused.c").status).toBe(0);
    expect(tcc("-c", '-DTITLE="The answer is"', "-o", "title.o", "title.c")).toMatchObject(succeeded());
    // Only as the first argument: not after the entry point's own.
    expect(run("/usr/bin/tcc", "-ar", "rcs", "libsum.a", "sum.o", "title.o", "unused.o")).toMatchObject(
      succeeded(),
    );
    expect(tcc("-I.", "-o", "sums", "main.c", "-L.", "-lsum")).toMatchObject(succeeded());
    expect(run("./sums")).toMatchObject({ status: 7, stdout: "The answer is 42\n" });
  });

  it.each([
    ["a missing file", "", ["missing.c"], "file 'missing.c' not found"],
    ["an error of syntax", "int main(void)\n{ return 1 +; }", ["wrong.c"], "wrong.c:2: error:"],
    [
      "a missing header",
      "#include <none.h>\n",
      ["wrong.c"],
      "wrong.c:1: error: include file 'none.h' not found",
    ],
    ["a missing function", "int main(void) { return f(); }", ["wrong.c"], "undefined symbol 'f'"],
    ["a missing library", hello, ["wrong.c", "-lnone"], "library 'none' not found"],
    ["a missing folder", hello, ["wrong.c", "-o", "none/wrong"], "could not write 'none/wrong"],
  ])("fails on %s, and says so", (_, text, args, message) => {
    write("wrong.c", text);
    const { status, stderr } = tcc("-o", "wrong", ...args);
    expect(stderr).toContain(message);
    expect(status).toBe(1);
    expect(existsSync(join(work, "wrong"))).toBe(false);
  });
});

describe("skopeo", () => {
  it("inspects the layout", ({ skip }) => {
    skip(!isInstalled("skopeo"), "skopeo is not installed");
    const inspect = (...args: string[]) =>
      JSON.parse(execFileSync("skopeo", ["inspect", ...args, `oci:${layout}`], { encoding: "utf8" }));
    expect(inspect()).toMatchObject({
      Digest: `sha256:${image}`,
      Os: "linux",
      Architecture: "386",
      Labels: { "org.opencontainers.image.title": "tinycc" },
    });
    expect(inspect("--config").config.Entrypoint).toEqual(["/usr/bin/tcc", "-static"]);
  });
});

describe("podman", () => {
  it.for<[string, number?]>([["this user"], ["an ordinary user", 65534]])(
    "runs tcc and what it made, for %s",
    ([_, uid], { skip }) => {
      skip(!canRunPodman, "podman or crun is not installed, or cannot run here");
      skip(uid !== undefined && !isRoot, "only root can become another user");
      const home = mkdtempSync(join(folder, "podman-"));
      const work = join(home, "work");
      mkdirSync(work);
      chmodSync(work, 0o777);
      writeFileSync(join(work, "hello.c"), hello);
      const options: PodmanOptions = { home, ...(uid !== undefined && { uid }) };

      loadLayout(layout, "tinycc", options);
      expect(runImage("tinycc", ["-run", "hello.c"], { work }, options)).toBe(greeting);
      expect(runImage("tinycc", ["-o", "hello", "hello.c"], { work }, options)).toBe("");
      expect(runImage("tinycc", [], { work, entrypoint: "/work/hello" }, options)).toBe(greeting);
    },
  );
});
