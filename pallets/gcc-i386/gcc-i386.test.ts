/** The image as its users meet it: it compiles and runs C and C++ inside itself. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canRunPodman, loadLayout, runImage } from "../../modules/oci/tests/podman.ts";
import { report, reported } from "../tinycc/programs.ts";
import { inventoried, inventory } from "./programs.ts";

const project = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "gcc-pallet-"));
const layout = join(folder, "layout");
const MINUTES = 60_000;

let image: string;
beforeAll(() => {
  const args = ["build-pallet", "--name", "gcc-i386", "--output", layout, "--json"];
  image = JSON.parse(execFileSync(join(project, "stagex"), args, { encoding: "utf8", stdio: "pipe" })).image;
  chmodSync(folder, 0o755);
}, 60 * MINUTES);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("in a root that holds the image's layers and nothing else", () => {
  const root = join(folder, "root");
  const work = join(root, "work");

  beforeAll(() => {
    for (const name of ["work", "tmp"]) mkdirSync(join(root, name), { recursive: true });
    const { layers } = JSON.parse(readFileSync(join(layout, "blobs/sha256", image), "utf8"));
    for (const { digest } of layers)
      execFileSync("tar", ["-xf", join(layout, "blobs", digest.replace(":", "/")), "-C", root]);
  });

  /** Runs a command of the shell there, in /work. */
  function shell(command: string): { status: number | null; stdout: string; stderr: string } {
    const user = process.getuid?.() === 0 ? [] : ["--map-root-user"];
    return spawnSync("unshare", [...user, `--root=${root}`, "--wd=/work", "/bin/sh", "-c", command], {
      encoding: "utf8",
      env: { PATH: "/usr/bin:/bin" },
    });
  }
  const succeeded = (stdout = "") => ({ status: 0, stdout, stderr: "" });
  const write = (name: string, content: string) => writeFileSync(join(work, name), content);

  it.each(["-O0", "-O2"])("gcc %s compiles C that runs", (option) => {
    write("report.c", report);
    expect(shell(`gcc -Wall ${option} -o report report.c -lm`)).toMatchObject(succeeded());
    expect(shell("./report planets.txt")).toMatchObject(succeeded(reported));
  });

  it.each(["-O0", "-O2"])("g++ %s compiles C++ that runs: containers, streams, exceptions", (option) => {
    write("inventory.cc", inventory);
    expect(shell(`g++ -Wall ${option} -o inventory inventory.cc`)).toMatchObject(succeeded());
    expect(shell("./inventory 3 apples 1 pear 0 plums")).toMatchObject(succeeded(inventoried));
  });

  it("make builds a program of a library and a file that a shell script makes, once", () => {
    write("sum.c", "int sum(int a, int b) { return a + b; }\n");
    write(
      "main.c",
      '#include <stdio.h>\n#include "n.h"\nint main(void) { return printf("%d\\n", sum(N, 2)) != 3; }\n',
    );
    write(
      "Makefile",
      [
        "sums: main.o libsum.a\n\t$(CC) -o $@ $^",
        "libsum.a: sum.o\n\t$(AR) rcs $@ $^",
        "main.o: n.h",
        "n.h:\n\t(for i in 4 0; do printf $$i; done; echo) | sed 's/.*/#define N &/' > $@\n",
      ].join("\n"),
    );
    expect(shell("make -s && ./sums")).toMatchObject(succeeded("42\n"));
    expect(shell("make").stdout).toBe("make: 'sums' is up to date.\n");
  });

  it("assembles and links for x86_64, too", () => {
    write("exit.s", ".globl _start\n_start: mov $60, %rax\nmov $7, %rdi\nsyscall\n");
    expect(shell("as --64 -o exit.o exit.s && ld -m elf_x86_64 -o exit exit.o")).toMatchObject(succeeded());
    expect(shell("./exit")).toMatchObject({ status: 7 });
  });

  it.each([
    [
      "an error of syntax",
      "int main(void) { return 1 +; }",
      "wrong.c:1: error: syntax error before ';' token",
    ],
    ["a missing function", "int main(void) { return f(); }", "undefined reference to `f'"],
  ])("gcc fails on %s, and says so", (_, text, message) => {
    write("wrong.c", text);
    const { status, stderr } = shell("gcc -o wrong wrong.c");
    expect(stderr).toContain(message);
    expect(status).toBe(1);
  });
});

describe("podman", () => {
  it(
    "runs the image's shell, compiler and what that made",
    ({ skip }) => {
      skip(!canRunPodman, "podman is not installed, or cannot run here");
      const home = mkdtempSync(join(folder, "podman-"));
      const work = join(home, "work");
      mkdirSync(work);
      writeFileSync(join(work, "inventory.cc"), inventory);
      loadLayout(layout, "gcc-i386", { home });
      const command = "g++ -o inventory inventory.cc && ./inventory 3 apples 1 pear 0 plums";
      expect(runImage("gcc-i386", ["/bin/sh", "-c", command], { work }, { home })).toBe(inventoried);
    },
    5 * MINUTES,
  );
});
