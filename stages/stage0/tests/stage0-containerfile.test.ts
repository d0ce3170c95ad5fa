/** Stage 0 as built by Buildah: an executor that nobody here wrote gives every tree the digest of the lock. */
import { execFile, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { parseLock } from "@stagex/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Store } from "../../../modules/store/src/index.ts";
import { sourceArchive } from "../../../scripts/ddc.ts";

const execute = promisify(execFile);
const project = join(import.meta.dirname, "../../..");
const lock = parseLock(readFileSync(join(project, "stagex.lock"), "utf8"));
const packages = Object.entries(lock.packages).filter(([_, { stage }]) => stage === 0);
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

/** A target that has each package's tree in a folder of its own, so that one build gives them all. */
const allTrees = [
  "FROM scratch AS all-trees",
  ...packages.map(([name]) => `COPY --from=${name} / /${name}/`),
  "",
].join("\n");

beforeAll(async () => {
  const args = ["plan", "--stage", "0", "--format", "containerfile"];
  const { stdout } = await execute(join(project, "stagex"), args);
  // Buildah knows `RUN --network` since 1.30; before that, its own option does the same.
  const known = (version ?? 0) >= 1030 ? stdout : stdout.replaceAll(/^RUN --network=none/gm, "RUN");
  cpSync(join(project, "stages/stage0"), join(context, "stages/stage0"), { recursive: true });
  writeFileSync(join(context, "Containerfile"), `${known}\n${allTrees}`);
  const archive = await sourceArchive();
  mkdirSync(join(context, ".stagex/sources"), { recursive: true });
  cpSync(archive, join(context, ".stagex/sources", basename(archive)));
});

/** Builds that target with storage of its own. @returns the folder with the trees. */
async function build(uid: number | undefined): Promise<string> {
  const home = mkdtempSync(join(folder, "home-"));
  if (uid !== undefined) await execute("chown", [`${uid}:${uid}`, home]);
  const [program, ...args] = [
    ...(uid === undefined ? [] : ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"]),
    ...["buildah", "--root", join(home, "storage"), "--runroot", join(home, "run")],
    // vfs works on every file system; the user may have one id only, and then all files become theirs.
    ...["--storage-driver=vfs", "--storage-opt=vfs.ignore_chown_errors=true"],
    ...["build", "--target=all-trees", `--output=type=local,dest=${home}/trees`, "--network=none"],
    // Works for root and for others, also where cgroups cannot be made and limits cannot be raised.
    ...["--isolation=rootless", "--runtime=runc", "--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024"],
    context,
  ];
  await execute(program as string, args, {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: home },
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  return join(home, "trees");
}

describe.concurrent("Buildah, given `stagex plan --stage 0 --format containerfile`", () => {
  it.for<[string, number?]>([["this user"], ["an ordinary user", 65534]])(
    "builds every tree of the lock, run by %s",
    { timeout: 300_000 },
    async ([_, uid], { skip }) => {
      skip(version === undefined, "buildah or runc is not installed");
      skip(uid !== undefined && !isRoot, "only root can become another user");
      const trees = await build(uid);
      const store = await Store.open(join(trees, "../store"));
      for (const [name, { tree }] of packages) {
        const { digest } = await store.add(join(trees, name), { epoch: lock.epoch });
        expect([name, digest]).toEqual([name, tree]);
      }
      await store.close();
    },
  );
});
