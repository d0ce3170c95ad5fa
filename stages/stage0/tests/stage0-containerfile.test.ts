/** Stage 0 as built by Buildah: an executor that nobody here wrote gives every tree the digest of the lock. */
import { execFile } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { closure, containerfile, parseLock } from "@stagex/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildahVersion, buildWithBuildah } from "../../../scripts/buildah.ts";
import { sourceArchive } from "../../../scripts/home.ts";
import { tinyccSource } from "../packages/tinycc-source.ts";

const execute = promisify(execFile);
const project = join(import.meta.dirname, "../../..");
const lock = parseLock(readFileSync(join(project, "stagex.lock"), "utf8"));
const packages = Object.keys(lock.packages).filter((name) => lock.packages[name]?.stage === 0);
const isRoot = process.getuid?.() === 0;

const folder = mkdtempSync(join(tmpdir(), "containerfile-"));
const context = join(folder, "context");
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  cpSync(join(project, "stages/stage0"), join(context, "stages/stage0"), { recursive: true });
  const archive = await sourceArchive(tinyccSource);
  mkdirSync(join(context, ".stagex/sources"), { recursive: true });
  cpSync(archive, join(context, ".stagex/sources", basename(archive)));
});

const pinned = (names: readonly string[]) =>
  new Map(names.map((name) => [name, lock.packages[name]?.tree ?? "not pinned"]));

it("`stagex plan --stage 0 --format containerfile` writes the Containerfile of these packages", async () => {
  const args = ["plan", "--stage", "0", "--format", "containerfile"];
  const { stdout } = await execute(join(project, "stagex"), args);
  expect(stdout).toBe(containerfile(lock, packages, []));
});

describe.concurrent("Buildah, given this Containerfile", () => {
  it("builds every tree of the lock as an ordinary user", { timeout: 300_000 }, async ({ skip }) => {
    skip(buildahVersion === undefined, "buildah or runc is not installed");
    const trees = await buildWithBuildah(
      lock,
      packages,
      context,
      join(folder, "user"),
      isRoot ? 65534 : undefined,
    );
    expect(trees).toEqual(pinned(packages));
  });

  // The first rungs are enough to see that a user's and root's builds are alike, and take a tenth of the time.
  it("builds the trees up to cc as root", { timeout: 120_000 }, async ({ skip }) => {
    skip(buildahVersion === undefined, "buildah or runc is not installed");
    skip(!isRoot, "this user is not root");
    const names = closure(lock, ["cc"]);
    const trees = await buildWithBuildah(lock, names, context, join(folder, "root"));
    expect(trees).toEqual(pinned(names));
  });
});
