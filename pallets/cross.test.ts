/** The images that compile for other architectures, as their users meet them. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { lock, storedTrees } from "../stages/stage2/tests/store.ts";
import { emulatorOf } from "../stages/stage3/tests/emulator.ts";
import { PalletImage, succeeded } from "./image.ts";

const MINUTES = 60_000;

describe.each(["aarch64", "riscv64"] as const)("the image for %s", (arch) => {
  const name = `cross-${arch}`;
  const { isMissing, why } = storedTrees(lock.pallets[name]?.packages ?? []);
  const emulator = emulatorOf(arch);

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

    it.skipIf(emulator.isMissing)(
      `that build a project by ./configure --host${emulator.why}`,
      async () => {
        await image.unpackSource("gperf");
        image.write("qemu", readFileSync(emulator.path));
        const build = image.shell(`cd gperf && ./configure --host=${arch}-linux-musl && make -j 2`);
        expect(build.status, build.stderr).toBe(0);
        const run = "chmod +x qemu && printf 'one\\ntwo\\n' | ./qemu gperf/src/gperf | grep -c '\"one\"'";
        expect(image.shell(run)).toMatchObject(succeeded("1\n"));
      },
      10 * MINUTES,
    );
  });
});
