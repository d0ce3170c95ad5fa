/** What diverse double compilation asks of stagex: to build packages again, with one below them made elsewhere. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  createReadStream,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  formatLock,
  type Lock,
  type LockedStep,
  packageNamed,
  parseLock,
  pinTrees,
} from "../modules/core/src/index.ts";
import { fetchSources, type Tree, treesOf } from "./home.ts";

const execute = promisify(execFile);
const project = fileURLToPath(new URL("..", import.meta.url));

export const readLock = (): Lock => parseLock(readFileSync(join(project, "stagex.lock"), "utf8"));

/** A package whose content comes from this machine. */
export interface Elsewhere {
  readonly name: string;
  /** A folder, of which `members` are unpacked to `into`, as absolute paths of the sandbox. */
  readonly folder: string;
  readonly members: readonly string[];
  readonly into: "/build" | "/out";
  /** What is done after that; nothing when absent. */
  readonly steps?: readonly LockedStep[];
}

/**
 * Puts a package that comes from elsewhere into the lock. What it needs and what is below it stays as the lock has it;
 * what needs it has another key by that, and no pinned tree.
 *
 * @param archive where the package's content is written to, as its one source
 */
export async function lockOver(
  { name, folder, members, into, steps = [] }: Elsewhere,
  archive: string,
): Promise<Lock> {
  await execute("tar", ["-C", folder, "--sort=name", "--owner=0", "--group=0", "-cf", archive, ...members]);
  const source = {
    file: "host.tar",
    sha256: await digestOf(archive),
    size: statSync(archive).size,
    from: [],
  };
  const lock = readLock();
  const hosted = {
    ...packageNamed(lock, name),
    sources: [source],
    steps: [{ argv: ["/bin/tar", "-x", "-f", source.file, "-C", into] }, ...steps],
    provides: [],
  };
  return pinTrees({ ...lock, packages: { ...lock.packages, [name]: hosted } }, new Map());
}

/** Builds packages over one that comes from elsewhere, in the user's store. What needs that one is built anew. */
export async function buildOver(elsewhere: Elsewhere, wanted: readonly string[]): Promise<Tree[]> {
  const cache = await fetchSources(...wanted);
  return inNewFolder(async (scratch) => {
    const archive = join(scratch, "host.tar");
    const lock = await lockOver(elsewhere, archive);
    const [source] = packageNamed(lock, elsewhere.name).sources;
    const kept = join(cache, `${source?.sha256}`);
    copyFileSync(archive, kept);

    writeFileSync(join(scratch, "stagex.lock"), formatLock(lock));
    symlinkSync(join(project, "stages"), join(scratch, "stages"));
    try {
      const args = ["build", ...wanted, "--lock", join(scratch, "stagex.lock"), "--json"];
      const building = execute(join(project, "stagex"), args);
      building.child.stderr?.pipe(process.stderr);
      return treesOf(wanted, (await building).stdout);
    } finally {
      rmSync(kept, { force: true });
    }
  });
}

/** The sha256 of a file, in hexadecimal digits. */
export async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** A package's tree, by its sha256: as the lock pins it, and as it came out here. */
export interface Comparison {
  readonly name: string;
  readonly pinned: string | null;
  readonly built: string;
}

/** Compares trees with those that the lock pins. */
export function compareTrees(trees: readonly Tree[]): Comparison[] {
  const { packages } = readLock();
  return trees.map(({ name, tree }) => ({ name, pinned: packages[name]?.tree ?? null, built: tree }));
}

/** Does work in a new folder, which is removed after it. */
export async function inNewFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "ddc-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
