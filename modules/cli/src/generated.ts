/** Files in other people's archives that a program of theirs made. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Lock, type LockedPackage, type LockedSource, StagexError } from "@stagex/core";

export interface GeneratedFile {
  /** Name of the archive below `/build`. */
  readonly source: string;
  /** Path in the archive. */
  readonly file: string;
}

/** Path of a file of this repository; undefined for a source of other people. */
export const projectPath = ({ from }: LockedSource): string | undefined =>
  from.find((place) => place.startsWith("project:"))?.slice("project:".length);

/**
 * The files that packages list as generated; once where packages share an archive.
 *
 * @param cache folder of sources, each named by its sha256
 * @throws StagexError when an archive is not in the cache, or a pattern matches nothing
 */
export function generatedFiles(lock: Lock, names: readonly string[], cache: string): GeneratedFile[] {
  const found = new Map<string, GeneratedFile>();
  for (const name of names) {
    const { sources, generated = [] } = lock.packages[name] as LockedPackage;
    if (generated.length === 0) continue;
    const archives = sources.filter((source) => projectPath(source) === undefined);
    const listings = archives.map((archive) => {
      const listing = list(name, archive, join(cache, archive.sha256), generated);
      for (const file of listing.files)
        found.set(`${archive.sha256} ${file}`, { source: archive.file, file });
      return listing;
    });
    const unmatched = generated.find((pattern) => listings.every(({ missing }) => missing.includes(pattern)));
    if (unmatched !== undefined) throw nothingMatches(name, unmatched);
  }
  return [...found.values()];
}

/** What an archive's members match, as tar(1) tells. */
function list(name: string, { file }: LockedSource, archive: string, patterns: readonly string[]) {
  if (!existsSync(archive)) throw notHere(name, file);
  const { stdout, stderr } = spawnSync(
    "tar",
    ["--list", `--file=${archive}`, "--wildcards", "--", ...patterns],
    { encoding: "utf8", maxBuffer: 2 ** 28, env: { ...process.env, LC_ALL: "C" } },
  );
  return {
    files: stdout.split("\n").filter((line) => line !== "" && !line.endsWith("/")),
    missing: patterns.filter((pattern) => stderr.includes(`${pattern}: Not found in archive`)),
  };
}

const notHere = (name: string, file: string) =>
  new StagexError("source", {
    cannot: `audit ${name}`,
    because: `its source ${file} is not here, and some of its files are generated ones`,
    remedy: `Fetch it with \`./stagex fetch ${name}\`.`,
  });

const nothingMatches = (name: string, pattern: string) =>
  new StagexError("lock", {
    cannot: `audit ${name}`,
    because: `no file in its sources matches '${pattern}', which it lists as generated`,
    remedy: "Correct its `generated`.",
  });
