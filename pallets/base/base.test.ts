/** The image as its users meet it: small, with a shell, time zones and certification authorities. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canRunPodman, loadLayout, runImage } from "../../modules/oci/tests/podman.ts";
import { storedTree } from "../../stages/stage2/tests/store.ts";

const project = join(import.meta.dirname, "../..");
const missing = ["busybox", "ca-certificates", "tzdata"].filter((name) => !storedTree(name));
const why = missing.length > 0 ? ` (skipped: ./stagex build ${missing.join(" ")})` : "";

describe.skipIf(missing.length > 0)(`the image${why}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "base-pallet-"));
  const layout = join(folder, "layout");
  const root = join(folder, "root");
  let layers: string[];

  beforeAll(() => {
    const args = ["build-pallet", "--name", "base", "--output", layout, "--json"];
    const { image } = JSON.parse(
      execFileSync(join(project, "stagex"), args, { encoding: "utf8", stdio: "pipe" }),
    );
    chmodSync(folder, 0o755);
    mkdirSync(join(root, "tmp"), { recursive: true });
    const manifest = JSON.parse(readFileSync(join(layout, "blobs/sha256", image), "utf8"));
    layers = manifest.layers.map(({ digest }: { digest: string }) =>
      join(layout, "blobs", digest.replace(":", "/")),
    );
    for (const layer of layers) execFileSync("tar", ["-xf", layer, "-C", root]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What a command of its shell writes. */
  function shell(command: string): string {
    const user = process.getuid?.() === 0 ? [] : ["--map-root-user"];
    const args = [...user, `--root=${root}`, "--wd=/", "/bin/sh", "-c", command];
    return spawnSync("unshare", args, { encoding: "utf8", env: { PATH: "/usr/bin:/bin" } }).stdout;
  }

  it("is not larger than 3.5 MB, compressed", () => {
    const sizes = layers.map((layer) => statSync(layer).size);
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
    skip(!canRunPodman, "podman is not installed, or cannot run here");
    const home = mkdtempSync(join(folder, "podman-"));
    loadLayout(layout, "base", { home });
    expect(runImage("base", ["/bin/sh", "-c", "echo hello | rev"], {}, { home })).toBe("olleh\n");
  });
});
