/** What becomes of gpg's refusals. Signatures by the real gpg are in modules/cli/tests/runtime.test.ts. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { fingerprintOf } from "../src/openpgp.ts";

/** A folder for PATH with nothing in it but a `gpg` that does as `script` says, if there is one. */
function usePrograms(script?: string): void {
  const folder = mkdtempSync(join(tmpdir(), "stagex-openpgp-"));
  if (script) writeFileSync(join(folder, "gpg"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv("PATH", folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
}

/** More than a pipe holds. */
const long = "x".repeat(1_000_000);

test("a machine without gpg is told to install it", () => {
  usePrograms();
  expect(() => fingerprintOf(long, "alice.asc")).toThrow(
    "Cannot use the key alice.asc: because gpg is not installed",
  );
});

test("a gpg that refuses before it has read all is not taken for one that is missing", () => {
  usePrograms("exit 2");
  expect(() => fingerprintOf(long, "alice.asc")).toThrow(
    "Cannot use the key alice.asc: because it is not one OpenPGP key of version 4",
  );
});
