/** The compilers for x86_64: what they make runs where nothing else is, and is hardened without being asked. */
import { beforeAll, describe, expect, it, vi } from "vitest";
import { type Outcome, Root } from "../../stage1/tests/root.ts";
import { readElf } from "./elf.ts";
import { storedTree } from "./store.ts";

// The compiler that runs on i386 takes most of a minute for a regular expression where other work goes on.
vi.setConfig({ testTimeout: 180_000 });

const compilers = {
  "gcc-10-cross": [
    "busybox-i386",
    "binutils-i386",
    "gcc-10-cross",
    "musl-amd64",
    "linux-headers",
    "libstdcxx-10",
  ],
  "gcc-amd64": ["binutils-amd64", "gcc-amd64", "musl-amd64", "linux-headers"],
};

describe.each(Object.entries(compilers))("%s", (name, packages) => {
  const trees = packages.map(storedTree).filter((tree) => tree !== undefined);
  const missing = trees.length < packages.length;

  let root: Root;
  beforeAll(async () => {
    if (!missing) root = await Root.of(...trees);
  });

  async function compiled(file: string, text: string, ...options: string[]): Promise<Outcome> {
    root.write(`work/${file}`, text);
    const compiler = file.endsWith(".c") ? "/usr/bin/gcc" : "/usr/bin/g++";
    const { status, output } = await root.run([compiler, "-O2", "-o", "program", file, ...options]);
    expect(output).toBe("");
    expect(status).toBe(0);
    return root.run(["/work/program"]);
  }

  const elf = () => readElf(root.read("work/program"));
  const why = `(where the store has it: ./stagex build ${packages.join(" ")})`;

  it.skipIf(missing)(`makes a C program static and position-independent ${why}`, async () => {
    const program = '#include <stdio.h>\nint main(void) { printf("%zu\\n", sizeof(void *)); }';
    expect(await compiled("hello.c", program)).toEqual({ status: 0, output: "8\n" });
    expect(elf()).toMatchObject({ machine: "x86_64", type: "position-independent", interpreter: false });
    expect(elf()).toMatchObject({ relro: true, executableStack: false, textRelocations: false });
  });

  it.skipIf(missing)("makes it at fixed addresses when asked", async () => {
    await compiled("hello.c", "int main(void) { return 0; }", "-no-pie");
    expect(elf()).toMatchObject({ type: "executable", interpreter: false });
  });

  it.skipIf(missing)("ends a program that writes beyond an array on the stack", async () => {
    const program = `#include <string.h>
      #include <stdlib.h>
      int main(int n, char **a) { char text[8]; memset(text, n, 64 * n); return text[n]; }`;
    expect((await compiled("overflow.c", program, "-w")).status).not.toBe(0);
  });

  it.skipIf(missing)("makes C++17 programs, with exceptions, files and regular expressions", async () => {
    const program = `#include <filesystem>
      #include <iostream>
      #include <map>
      #include <regex>
      #include <stdexcept>
      #include <string>
      int main() {
        std::map<std::string, int> sizes{{"a", 1}, {"bb", 2}};
        int sum = 0;
        for (auto &[_, n] : sizes) sum += n;
        try { throw std::runtime_error("thrown"); } catch (const std::exception &e) { std::cout << e.what() << ' '; }
        std::cout << sum << ' ' << std::regex_replace("a-b", std::regex("-(.)"), "+$1") << ' '
                  << std::filesystem::exists("/work/program") << std::endl;
      }`;
    const outcome = await compiled("program.cc", program, "-std=c++17");
    expect(outcome).toEqual({ status: 0, output: "thrown 3 a+b 1\n" });
  });

  // The library of the cross compiler has no threads.
  it.skipIf(missing || name === "gcc-10-cross")("makes C++23 programs with threads", async () => {
    const program = `#include <format>
      #include <future>
      #include <print>
      int main() {
        auto answer = std::async(std::launch::async, [] { return std::format("{:>4}", 42); });
        std::print("{}\\n", answer.get());
      }`;
    const outcome = await compiled("program.cc", program, "-std=c++23");
    expect(outcome).toEqual({ status: 0, output: "  42\n" });
  });
});
