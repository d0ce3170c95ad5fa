/** The image as its users meet it: small, with a shell, time zones and certification authorities. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { canRunPodman } from "../../modules/oci/tests/podman.ts";
import { storedTrees } from "../../stages/stage2/tests/store.ts";
import { PalletImage } from "../image.ts";

const { isMissing, why } = storedTrees(["busybox", "ca-certificates", "tzdata"]);

describe.skipIf(isMissing)(`the image${why}`, () => {
  let image: PalletImage;
  beforeAll(() => {
    image = new PalletImage("base");
    return () => image.remove();
  });
  const shell = (command: string) => image.shell(command).stdout;

  it("is not larger than 3.5 MB, compressed", () => {
    const sizes = image.layers.map((layer) => gzipSync(readFileSync(layer)).length);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(3_500_000);
  });

  it("has a shell and tools", () => {
    expect(shell("seq 3 | sed s/2/two/ | sort -r | xargs")).toBe("two 3 1\n");
    expect(shell("printf abc | sha256sum | cut -c -8; env -i awk 'BEGIN { print 6 * 7 }'")).toBe(
      "ba7816bf\n42\n",
    );
  });

  it("knows time zones", () => {
    expect(shell("TZ=Pacific/Auckland date -d @1767225600 '+%F %H %Z'")).toBe("2026-01-01 13 NZDT\n");
  });

  it("has the certificates where OpenSSL and others look for them", () => {
    for (const path of ["/etc/ssl/cert.pem", "/etc/ssl/certs/ca-certificates.crt"])
      expect(Number(shell(`grep -c BEGIN ${path}`))).toBeGreaterThan(100);
  });

  it("runs in podman", ({ skip }) => {
    skip(!canRunPodman, "podman or crun is not installed, or cannot run here");
    expect(image.inPodman("echo hello | rev")).toBe("olleh\n");
  });
});
