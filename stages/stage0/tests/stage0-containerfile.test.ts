/** Stage 0 as built by Buildah: an executor that nobody here wrote gives every tree the digest of the lock. */
import { execFile, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { closure, parseLock } from "@stagex/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Store } from "../../../modules/store/src/index.ts";
import { sourceArchive } from "../../../scripts/ddc.ts";
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

/** Buildah's version as a number, such as 1.28 times 1000 and 28; undefined if it or runc is not installed. */
const version = ((): number | undefined => {
  const [buildah, runc] = ["buildah", "runc"].map((name) =>
    spawnSync(name, ["--version"], { encoding: "utf8" }),
  );
  const [, major, minor] = /version (\d+)\.(\d+)/.exec(buildah?.stdout ?? "") ?? [];
  return runc?.status === 0 && minor ? Number(major) * 1000 + Number(minor) : undefined;
})();

let plan: string;
beforeAll(async () => {
  const args = ["plan", "--stage", "0", "--format", "containerfile"];
  const { stdout } = await execute(join(project, "stagex"), args);
  // Buildah knows `RUN --network` since 1.30; before that, its own option does the same.
  plan = (version ?? 0) >= 1030 ? stdout : stdout.replaceAll(/^RUN --network=none/gm, "RUN");
  cpSync(join(project, "stages/stage0"), join(context, "stages/stage0"), { recursive: true });
  const archive = await sourceArchive(tinyccSource);
  mkdirSync(join(context, ".stagex/sources"), { recursive: true });
  cpSync(archive, join(context, ".stagex/sources", basename(archive)));
});

/**
 * Builds packages with storage of its own, in one build: a last stage has each tree in a folder of its own.
 *
 * @returns the folder with the trees.
 */
async function build(names: readonly string[], uid?: number): Promise<string> {
  const home = mkdtempSync(join(folder, "home-"));
  const copies = names.map((name) => `COPY --from=${name} / /${name}/`);
  writeFileSync(join(home, "Containerfile"), [plan, "FROM scratch", ...copies, ""].join("\n"));
  if (uid !== undefined) await execute("chown", ["-R", `${uid}:${uid}`, home]);
  const [program, ...args] = [
    ...(uid === undefined ? [] : ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"]),
    ...["buildah", "--root", join(home, "storage"), "--runroot", join(home, "run")],
    // vfs works on every file system; the user may have one id only, and then all files become theirs.
    ...["--storage-driver=vfs", "--storage-opt=vfs.ignore_chown_errors=true"],
    ...["build", `--output=type=local,dest=${home}/trees`, "--network=none"],
    // Works for root and for others, also where cgroups cannot be made and limits cannot be raised.
    ...["--isolation=rootless", "--runtime=runc", "--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024"],
    ...["--file", join(home, "Containerfile"), context],
  ];
  await execute(program as string, args, {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: home },
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  return join(home, "trees");
}

/** Checks each tree in a folder against the lock. */
async function expectLocked(trees: string, names: readonly string[]): Promise<void> {
  const store = await Store.open(join(trees, "../store"));
  for (const name of names) {
    const { digest } = await store.add(join(trees, name), { epoch: lock.epoch });
    expect([name, digest]).toEqual([name, lock.packages[name]?.tree]);
  }
  await store.close();
}

describe.concurrent("Buildah, given `stagex plan --stage 0 --format containerfile`", () => {
  it("builds every tree of the lock as an ordinary user", { timeout: 300_000 }, async ({ skip }) => {
    skip(version === undefined, "buildah or runc is not installed");
    await expectLocked(await build(packages, isRoot ? 65534 : undefined), packages);
  });

  // The first rungs are enough to see that a user's and root's builds are alike, and take a tenth of the time.
  it("builds the trees up to cc as root", { timeout: 120_000 }, async ({ skip }) => {
    skip(version === undefined, "buildah or runc is not installed");
    skip(!isRoot, "this user is not root");
    const names = closure(lock, ["cc"]);
    await expectLocked(await build(names), names);
  });
});
