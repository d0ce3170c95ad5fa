/** Stage 0 gives the same bytes wherever it is built: under another host name, user, path, time zone and so on. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { closure, formatLock, type LockedPackage, parseLock } from "@stagex/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sourceArchive } from "../../../scripts/home.ts";
import { tinyccSource } from "../packages/tinycc-source.ts";

const execute = promisify(execFile);
const project = join(import.meta.dirname, "../../..");
const lock = parseLock(readFileSync(join(project, "stagex.lock"), "utf8"));
const isRoot = process.getuid?.() === 0;

const folder = mkdtempSync(join(tmpdir(), "verify-"));
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let archive: string;
beforeAll(async () => {
  archive = await sourceArchive(tinyccSource);
});

interface Surroundings {
  readonly checkout: string;
  readonly hostname: string;
  /** Another user than this one. */
  readonly uid?: number;
  readonly umask: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly jobs: number;
}

/** `stagex verify tinycc` in a copy of the project, with a home folder that holds the source archive alone. */
async function verify({ checkout, hostname, uid, umask, environment, jobs }: Surroundings) {
  const copy = join(folder, checkout);
  copyProject(copy);
  const home = mkdtempSync(join(folder, "home-"));
  mkdirSync(join(home, "sources"));
  cpSync(archive, join(home, "sources", basename(archive)));
  if (uid !== undefined) await execute("chown", ["-R", `${uid}:${uid}`, home]);

  const prepare = `echo ${hostname} >/proc/sys/kernel/hostname; umask ${umask}; exec "$@"`;
  const [program, ...args] = [
    ...["unshare", ...(isRoot ? [] : ["--map-root-user"]), "--uts", "sh", "-c", prepare, "sh"],
    ...(uid === undefined ? [] : ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"]),
    ...["./stagex", "--home", home, "verify", "tinycc", "--offline", "--json", `--jobs=${jobs}`],
  ];
  const env = { PATH: process.env.PATH, HOME: home, ...environment };
  const { stdout } = await execute(program as string, args, { cwd: copy, env });
  return JSON.parse(stdout);
}

/** All but what git and the tests have need of. Times stay, since the launcher looks at them. */
function copyProject(to: string): void {
  const unneeded = new Set(["node_modules", ".git", "out"]);
  const filter = (path: string) => !unneeded.has(basename(path));
  cpSync(project, to, { recursive: true, preserveTimestamps: true, filter });
}

const verified = {
  name: "tinycc",
  verified: true,
  packages: closure(lock, ["tinycc"]),
  image: lock.pallets.tinycc?.image,
};

describe.concurrent("`stagex verify tinycc` finds the digests of the lock", () => {
  it("for one user, machine and path", async () => {
    const outcome = await verify({
      checkout: "a",
      hostname: "alpha",
      umask: "077",
      environment: {
        TZ: "Asia/Kathmandu",
        LANG: "de_DE.UTF-8",
        LC_ALL: "tr_TR.UTF-8",
        SOURCE_DATE_EPOCH: "1",
      },
      jobs: 1,
    });
    expect(outcome).toEqual(verified);
  });

  it("for others", async () => {
    const outcome = await verify({
      checkout: "a path with spaces/and a longer name/stagex",
      hostname: "beta",
      ...(isRoot && { uid: 12345 }),
      umask: "002",
      environment: { TZ: "America/St_Johns", LANG: "C", CPATH: "/usr/include", TMPDIR: folder },
      jobs: 4,
    });
    expect(outcome).toEqual(verified);
  });
});

it("`stagex verify` refuses a tree that is not the pinned one, and keeps it", async () => {
  const forged = join(folder, "forged");
  const hex0 = lock.packages.hex0 as LockedPackage;
  const pinned = "0".repeat(64);
  const packages = { hex0: { ...hex0, tree: pinned } };
  cpSync(join(project, "stages/stage0"), join(forged, "stages/stage0"), { recursive: true });
  writeFileSync(join(forged, "stagex.lock"), formatLock({ ...lock, packages, pallets: {} }));

  const args = ["--lock", join(forged, "stagex.lock"), "--home", join(forged, "home"), "verify", "hex0"];
  const { code, stderr } = await execute(join(project, "stagex"), args).catch((error) => error);
  expect(stderr).toContain(`its tree is ${hex0.tree}, and the lock pins ${pinned}`);
  expect(code).toBe(1);
  const [, kept] = / kept at (\S+)\./.exec(stderr) ?? [];
  expect(readdirSync(kept as string)).toEqual(["hex0"]);
});

it("`stagex verify` leaves nothing when it is interrupted", async () => {
  const home = join(folder, "interrupted");
  const child = spawn(join(project, "stagex"), ["--home", home, "verify", "tinycc"], { stdio: "pipe" });
  const ended = once(child, "close");
  await once(child.stderr, "data"); // the first package is built
  child.kill("SIGINT");
  expect(await ended).toEqual([130, null]);
  expect(readdirSync(join(home, "store/scratch")).filter((name) => name.startsWith("verify"))).toEqual([]);
});
