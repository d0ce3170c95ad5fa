/** The image as its users meet it: projects in C and C++ build in it with nothing else. */
import { beforeAll, describe, expect, it } from "vitest";
import { canRunPodman } from "../../modules/oci/tests/podman.ts";
import { lock, storedTrees } from "../../stages/stage2/tests/store.ts";
import { PalletImage, succeeded } from "../image.ts";

const MINUTES = 60_000;

const { isMissing, why } = storedTrees(lock.pallets.gcc?.packages ?? []);

/** Uses what C++ has since 2020. */
const modern = `
#include <filesystem>
#include <format>
#include <iostream>
#include <numeric>
#include <ranges>
#include <stdexcept>
#include <thread>
#include <vector>
int main() {
  std::vector<int> squares(4);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; i++) threads.emplace_back([&, i] { squares[i] = i * i; });
  threads.clear();
  try {
    (void)squares.at(4);
  } catch (const std::out_of_range &) {
    auto even = squares | std::views::filter([](int n) { return n % 2 == 0; });
    std::cout << std::format("{:>4}|{:#x}|{}\\n", std::accumulate(even.begin(), even.end(), 0), 255,
                             std::filesystem::path("/usr/bin/../lib").lexically_normal().string());
  }
}
`;

describe.skipIf(isMissing)(`the image${why}`, () => {
  let image: PalletImage;
  beforeAll(() => {
    image = new PalletImage("gcc");
    return () => image.remove();
  }, 10 * MINUTES);

  it("is what it claims to be", () => {
    expect(image.shell("gcc -dumpfullversion; gcc -dumpmachine").stdout).toBe("16.2.0\nx86_64-linux-musl\n");
    expect(image.shell("ld --version; make --version").stdout).toMatch(
      /^GNU ld \(GNU Binutils\) 2\.47\b[^]*\nGNU Make 4\.4\.1\n/,
    );
  });

  it.each([
    ["C", "gzip", "echo text | ./gzip -9 | ./gzip -dc", "text\n"],
    ["C++", "gperf", `printf 'one\\ntwo\\n' | src/gperf | grep -c '"one"'`, "1\n"],
  ])(
    "builds a project in %s by ./configure && make: %s",
    async (_, name, script, output) => {
      await image.unpackSource(name);
      const build = image.shell(`cd ${name} && ./configure && make -j 2`);
      expect(build.status, build.stderr).toBe(0);
      expect(image.shell(`cd ${name} && ${script}`)).toMatchObject(succeeded(output));
    },
    10 * MINUTES,
  );

  it("compiles C++ of today: formats, ranges, threads, exceptions, files", () => {
    image.write("modern.cc", modern);
    expect(image.shell("g++ -std=c++23 -Wall -O2 -o modern modern.cc")).toMatchObject(succeeded());
    expect(image.shell("./modern")).toMatchObject(succeeded("   4|0xff|/usr/lib\n"));
  });

  it("runs loops on all processors by OpenMP", () => {
    image.write(
      "loop.c",
      `#include <stdio.h>
      int main(void) {
        long sum = 0;
        #pragma omp parallel for reduction(+ : sum) num_threads(4)
        for (int i = 0; i < 1000; i++) sum += i;
        printf("%ld\\n", sum);
      }`,
    );
    expect(image.shell("gcc -Wall -fopenmp -o loop loop.c && ./loop")).toMatchObject(succeeded("499500\n"));
  });

  it("counts atomically in numbers that no instruction takes", () => {
    image.write(
      "atomic.cc",
      `#include <atomic>
      #include <cstdio>
      struct wide { long a, b, c; };
      int main() { std::atomic<wide> w({1, 2, 3}); std::printf("%ld\\n", w.exchange({4, 5, 6}).c + w.load().c); }`,
    );
    expect(image.shell("g++ -o atomic atomic.cc -latomic && ./atomic")).toMatchObject(succeeded("9\n"));
  });

  it("serves as the base of a Containerfile", ({ skip }) => {
    skip(!canRunPodman, "podman or crun is not installed, or cannot run here");
    const lines = [
      `RUN printf '#include <iostream>\\nint main() { std::cout << 6 * 7; }' >a.cc && g++ -o /a a.cc`,
      `CMD ["/a"]`,
    ];
    expect(image.build(lines.join("\n"))).toBe("42");
  });
});
