/** The compilers for other architectures: what they make runs on a processor of that kind, as QEMU plays it. */
import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { Root } from "../../stage1/tests/root.ts";
import { readElf } from "../../stage2/tests/elf.ts";
import { lock, storedTrees } from "../../stage2/tests/store.ts";

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
  const emulator = `/usr/bin/qemu-${arch}-static`;
  const isEmulated = existsSync(emulator);
  const unlessEmulated = isEmulated ? "" : " (skipped: apt install qemu-user-static)";

  it("are built from what runs on x86_64, and their libraries are not for it", () => {
    const platforms = parts.map((part) => lock.packages[part]?.platform);
    const other = `linux/${arch === "aarch64" ? "arm64" : arch}`;
    expect(platforms).toEqual([other, "linux/amd64", "linux/amd64", other, other]);
    for (const part of parts) expect(lock.packages[part]?.buildPlatform ?? "linux/amd64").toBe("linux/amd64");
  });

  describe.skipIf(isMissing)(`make programs${why}`, () => {
    let root: Root;
    beforeAll(async () => {
      root = await Root.of(...trees);
      if (isEmulated) root.write("qemu", readFileSync(emulator), 0o755);
    });

    async function compile(compiler: string, file: string, text: string): Promise<void> {
      root.write(`work/${file}`, text);
      const argv = [`/usr/bin/${arch}-linux-musl-${compiler}`, "-O2", "-o", compiler, file];
      expect(await root.run(argv)).toEqual({ status: 0, output: "" });
      expect(readElf(root.read(`work/${compiler}`))).toMatchObject({
        machine: arch,
        type: "position-independent",
        interpreter: false,
        relro: true,
        executableStack: false,
        textRelocations: false,
      });
    }

    it("in C, static and hardened", () => compile("gcc", "hello.c", hello));
    it("in C++23, static and hardened", () => compile("g++", "hello.cc", helloCxx));

    it.skipIf(!isEmulated)(`that run: threads and long double in C${unlessEmulated}`, async () => {
      const outcome = await root.run(["/qemu", "/work/gcc"]);
      expect(outcome).toEqual({ status: 0, output: "hello 1.414 0x1.8p+0\n" });
    });

    it.skipIf(!isEmulated)(
      `that run: threads, exceptions and std::format in C++${unlessEmulated}`,
      async () => {
        const outcome = await root.run(["/qemu", "/work/g++"]);
        expect(outcome).toEqual({ status: 0, output: "hello  42\n" });
      },
    );
  });
});
