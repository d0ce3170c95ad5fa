/** The images that compile for other architectures, as their users meet them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { fetchSources } from "../scripts/home.ts";
import { lock, storedTrees } from "../stages/stage2/tests/store.ts";
import { PalletImage, succeeded } from "./image.ts";

const MINUTES = 60_000;

describe.each(["aarch64", "riscv64"] as const)("the image for %s", (arch) => {
  const name = `cross-${arch}`;
  const { isMissing, why } = storedTrees(lock.pallets[name]?.packages ?? []);
  const emulator = `/usr/bin/qemu-${arch}-static`;
  const isEmulated = existsSync(emulator);

  describe.skipIf(isMissing)(`has compilers${why}`, () => {
    let image: PalletImage;
    beforeAll(() => {
      image = new PalletImage(name);
      return () => image.remove();
    }, 10 * MINUTES);

    it("for it and for x86_64", () => {
      const machines = image.shell(`gcc -dumpmachine; ${arch}-linux-musl-g++ -dumpmachine`);
      expect(machines).toMatchObject(succeeded(`x86_64-linux-musl\n${arch}-linux-musl\n`));
    });

    it.skipIf(!isEmulated)(
      `that build a project by ./configure --host${isEmulated ? "" : " (skipped: apt install qemu-user-static)"}`,
      async () => {
        const sources = await fetchSources("gperf");
        image.write("gperf.tar", readFileSync(join(sources, lock.packages.gperf?.sources[0]?.sha256 ?? "")));
        image.write("qemu", readFileSync(emulator));
        const unpack = "mkdir gperf && tar -x -f gperf.tar -C gperf --strip-components 1 && cd gperf";
        const build = image.shell(`${unpack} && ./configure --host=${arch}-linux-musl && make -j 2`);
        expect(build.status, build.stderr).toBe(0);
        const run = "chmod +x qemu && printf 'one\\ntwo\\n' | ./qemu gperf/src/gperf | grep -c '\"one\"'";
        expect(image.shell(run)).toMatchObject(succeeded("1\n"));
      },
      10 * MINUTES,
    );
  });
});
