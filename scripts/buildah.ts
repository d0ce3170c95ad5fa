/** Builds packages with Buildah from the Containerfile: by an executor that nobody here wrote. */
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { containerfile, type Lock, type Sha256, stageName } from "../modules/core/src/index.ts";
import { Store } from "../modules/store/src/index.ts";

const execute = promisify(execFile);

/** Buildah's version as a number, such as 1.28 times 1000 and 28; undefined if it or runc is not installed. */
export const buildahVersion = ((): number | undefined => {
  const [buildah, runc] = ["buildah", "runc"].map((name) =>
    spawnSync(name, ["--version"], { encoding: "utf8" }),
  );
  const [, major, minor] = /version (\d+)\.(\d+)/.exec(buildah?.stdout ?? "") ?? [];
  return runc?.status === 0 && minor ? Number(major) * 1000 + Number(minor) : undefined;
})();

/**
 * Builds packages with storage of its own, in one build: a last stage has each tree in a folder of its own.
 *
 * @param context folder with the project's files, and those from elsewhere as the Containerfile tells
 * @param home empty folder for all that Buildah writes
 * @param uid another user to build as; this process has to be root then
 * @returns the digest of each tree
 */
export async function buildWithBuildah(
  lock: Lock,
  names: readonly string[],
  context: string,
  home: string,
  uid?: number,
): Promise<Map<string, Sha256>> {
  const copies = names.map((name) => `COPY --from=${stageName(name)} / /${stageName(name)}/`);
  const text = [containerfile(lock, names, []), "FROM scratch", ...copies, ""].join("\n");
  // Buildah knows `RUN --network` since 1.30; before that, its own option does the same.
  const known = (buildahVersion ?? 0) >= 1030 ? text : text.replaceAll(/^RUN --network=none/gm, "RUN");
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "Containerfile"), known);
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
  return digestsOf(lock, names, join(home, "trees"), join(home, "store"));
}

/** Digests of trees, each in a folder of its stage's name. */
async function digestsOf(lock: Lock, names: readonly string[], trees: string, folder: string) {
  const store = await Store.open(folder);
  const digests = new Map<string, Sha256>();
  for (const name of names) {
    const { digest } = await store.add(join(trees, stageName(name)), { epoch: lock.epoch });
    digests.set(name, digest);
  }
  await store.close();
  return digests;
}
