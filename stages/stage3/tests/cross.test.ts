/** The compilers for other architectures: what they make runs on a processor of that kind, as QEMU plays it. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { type Outcome, Root } from "../../stage1/tests/root.ts";
import { readElf } from "../../stage2/tests/elf.ts";
import { lock, storedTrees } from "../../stage2/tests/store.ts";
import { emulatorOf } from "./emulator.ts";

vi.setConfig({ testTimeout: 180_000 });

const hello = `
#include <math.h>
#include <pthread.h>
#include <stdio.h>
static void *print(void *text) { printf("%s %.3f %La\\n", (char *)text, sqrt(2), 1.5L); return 0; }
int main(void) { pthread_t t; pthread_create(&t, 0, print, "hello"); return pthread_join(t, 0); }
`;

const helloCxx = `
#include <atomic>
#include <format>
#include <iostream>
#include <stdexcept>
#include <thread>
int main() {
  std::atomic<int> sum = 0;
  { std::jthread a([&] { sum += 40; }), b([&] { sum += 2; }); }
  try { throw std::runtime_error(std::format("{:>4}", sum.load())); }
  catch (const std::exception &e) { std::cout << "hello" << e.what() << std::endl; }
}
`;

describe.each(["aarch64", "riscv64"] as const)("the compilers for %s", (arch) => {
  const parts = ["linux-headers", "binutils", "gcc", "musl", "libstdcxx"].map((part) => `${part}-${arch}`);
  const { trees, isMissing, why } = storedTrees(parts);
  const emulator = emulatorOf(arch);

  it("are built from what runs on x86_64, and their libraries are not for it", () => {
    const platforms = parts.map((part) => lock.packages[part]?.platform);
    const other = `linux/${arch === "aarch64" ? "arm64" : arch}`;
    expect(platforms).toEqual([other, "linux/amd64", "linux/amd64", other, other]);
    for (const part of parts) expect(lock.packages[part]?.buildPlatform ?? "linux/amd64").toBe("linux/amd64");
  });

  describe.skipIf(isMissing)(`make programs${why}`, () => {
    let root: Root;
    const compiled = new Map<string, Outcome>();
    beforeAll(async () => {
      root = await Root.of(...trees);
      if (!emulator.isMissing) root.write("qemu", readFileSync(emulator.path), 0o755);
      root.write("work/hello.c", hello);
      root.write("work/hello.cc", helloCxx);
      for (const [compiler, file] of [
        ["gcc", "hello.c"],
        ["g++", "hello.cc"],
      ] as const) {
        const argv = [`/usr/bin/${arch}-linux-musl-${compiler}`, "-O2", "-o", compiler, file];
        compiled.set(compiler, await root.run(argv));
      }
    }, 180_000);

    it.each([
      ["C", "gcc"],
      ["C++23", "g++"],
    ])("in %s, static and hardened", (_, compiler) => {
      expect(compiled.get(compiler)).toEqual({ status: 0, output: "" });
      expect(readElf(root.read(`work/${compiler}`))).toMatchObject({
        machine: arch,
        type: "position-independent",
        interpreter: false,
        relro: true,
        executableStack: false,
        textRelocations: false,
      });
    });

    it.skipIf(emulator.isMissing).each([
      ["threads and long double in C", "gcc", "hello 1.414 0x1.8p+0\n"],
      ["threads, exceptions and std::format in C++", "g++", "hello  42\n"],
    ])(`that run: %s${emulator.why}`, async (_, compiler, output) => {
      expect(await root.run(["/qemu", `/work/${compiler}`])).toEqual({ status: 0, output });
    });
  });
});
