/** The image as its users meet it: it compiles and runs C and C++ inside itself. */
import { beforeAll, describe, expect, it } from "vitest";
import { canRunPodman } from "../../modules/oci/tests/podman.ts";
import { PalletImage, succeeded } from "../image.ts";
import { report, reported } from "../tinycc/programs.ts";
import { inventoried, inventory } from "./programs.ts";

const MINUTES = 60_000;

let image: PalletImage;
beforeAll(() => {
  image = new PalletImage("gcc-i386");
  return () => image.remove();
}, 60 * MINUTES);

describe("in a root that holds the image's layers and nothing else", () => {
  it.each(["-O0", "-O2"])("gcc %s compiles C that runs", (option) => {
    image.write("report.c", report);
    expect(image.shell(`gcc -Wall ${option} -o report report.c -lm`)).toMatchObject(succeeded());
    expect(image.shell("./report planets.txt")).toMatchObject(succeeded(reported));
  });

  it.each(["-O0", "-O2"])("g++ %s compiles C++ that runs: containers, streams, exceptions", (option) => {
    image.write("inventory.cc", inventory);
    expect(image.shell(`g++ -Wall ${option} -o inventory inventory.cc`)).toMatchObject(succeeded());
    expect(image.shell("./inventory 3 apples 1 pear 0 plums")).toMatchObject(succeeded(inventoried));
  });

  it("make builds a program of a library and a file that a shell script makes, once", () => {
    image.write("sum.c", "int sum(int a, int b) { return a + b; }\n");
    image.write(
      "main.c",
      '#include <stdio.h>\n#include "n.h"\nint main(void) { return printf("%d\\n", sum(N, 2)) != 3; }\n',
    );
    image.write(
      "Makefile",
      [
        "sums: main.o libsum.a\n\t$(CC) -o $@ $^",
        "libsum.a: sum.o\n\t$(AR) rcs $@ $^",
        "main.o: n.h",
        "n.h:\n\t(for i in 4 0; do printf $$i; done; echo) | sed 's/.*/#define N &/' > $@\n",
      ].join("\n"),
    );
    expect(image.shell("make -s && ./sums")).toMatchObject(succeeded("42\n"));
    expect(image.shell("make").stdout).toBe("make: 'sums' is up to date.\n");
  });

  it("assembles and links for x86_64, too", () => {
    image.write("exit.s", ".globl _start\n_start: mov $60, %rax\nmov $7, %rdi\nsyscall\n");
    expect(image.shell("as --64 -o exit.o exit.s && ld -m elf_x86_64 -o exit exit.o")).toMatchObject(
      succeeded(),
    );
    expect(image.shell("./exit")).toMatchObject({ status: 7 });
  });

  it.each([
    [
      "an error of syntax",
      "int main(void) { return 1 +; }",
      "wrong.c:1: error: syntax error before ';' token",
    ],
    ["a missing function", "int main(void) { return f(); }", "undefined reference to `f'"],
  ])("gcc fails on %s, and says so", (_, text, message) => {
    image.write("wrong.c", text);
    const { status, stderr } = image.shell("gcc -o wrong wrong.c");
    expect(stderr).toContain(message);
    expect(status).toBe(1);
  });
});

describe("podman", () => {
  it(
    "runs the image's shell, compiler and what that made",
    ({ skip }) => {
      skip(!canRunPodman, "podman or crun is not installed, or cannot run here");
      const command = "g++ -o inventory inventory.cc && ./inventory 3 apples 1 pear 0 plums";
      expect(image.inPodman(command, { "inventory.cc": inventory })).toBe(inventoried);
    },
    5 * MINUTES,
  );
});
