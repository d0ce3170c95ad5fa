/** Files in other people's archives that a program of theirs made. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Lock, type LockedPackage, type LockedSource, projectPath, StagexError } from "@stagex/core";

export interface GeneratedFile {
  /** Name of the archive below `/build`. */
  readonly source: string;
  /** Path in the archive. */
  readonly file: string;
}

/**
 * The files that packages list as generated; once where packages share an archive.
 *
 * @param cache folder of sources, each named by its sha256
 * @throws StagexError when an archive is not in the cache, or a pattern matches nothing
 */
export async function generatedFiles(
  lock: Lock,
  names: readonly string[],
  cache: string,
): Promise<GeneratedFile[]> {
  const packages = names
    .map((name) => ({ name, ...(lock.packages[name] as LockedPackage) }))
    .map(({ name, sources, generated = [] }) => ({ name, sources: sources.filter(isForeign), generated }))
    .filter(({ generated }) => generated.length > 0);

  // Packages share archives, and reading one takes long.
  const archives = new Map<string, Archive>();
  for (const { name, sources, generated } of packages)
    for (const source of sources) {
      const first = archives.get(source.sha256) ?? { name, source, patterns: [] };
      archives.set(source.sha256, { ...first, patterns: [...new Set([...first.patterns, ...generated])] });
    }
  const listings = new Map(
    await Promise.all(
      [...archives].map(async ([sha256, archive]) => [sha256, await list(archive, cache)] as const),
    ),
  );

  for (const { name, sources, generated } of packages) {
    const matches = (pattern: string) =>
      sources.some(({ sha256 }) => !listings.get(sha256)?.missing.includes(pattern));
    const unmatched = generated.find((pattern) => !matches(pattern));
    if (unmatched !== undefined) throw nothingMatches(name, unmatched);
  }
  return [...archives].flatMap(([sha256, { source }]) =>
    [...new Set(listings.get(sha256)?.files)].map((file) => ({ source: source.file, file })),
  );
}

const isForeign = (source: LockedSource): boolean => projectPath(source) === undefined;

interface Archive {
  /** A package that has it as a source. */
  readonly name: string;
  readonly source: LockedSource;
  readonly patterns: readonly string[];
}

interface Listing {
  readonly files: string[];
  /** Patterns that match no member. */
  readonly missing: string[];
}

/** What an archive's members match, as tar(1) tells. */
async function list({ name, source, patterns }: Archive, cache: string): Promise<Listing> {
  const path = join(cache, source.sha256);
  if (!existsSync(path)) throw notHere(name, source.file);
  const listing = async ([inner, group]: [string, string[]]): Promise<Listing> => {
    const { stdout, stderr } = await outcomeOf("sh", [
      "-c",
      inner ? listInner : listOuter,
      path,
      inner,
      ...group,
    ]);
    const files = stdout.split("\n").filter((line) => line !== "" && !line.endsWith("/"));
    const missing = group.filter(
      (one) => files.length === 0 || stderr.includes(`${one}: Not found in archive`),
    );
    return {
      files: files.map((path) => inArchive(inner, path)),
      missing: missing.map((pattern) => inArchive(inner, pattern)),
    };
  };
  const listings = await Promise.all([...groupByArchive(patterns)].map(listing));
  return {
    files: listings.flatMap(({ files }) => files),
    missing: listings.flatMap(({ missing }) => missing),
  };
}

/** What a program says, also when it fails: tar does so where a pattern matches nothing. */
const outcomeOf = (program: string, args: readonly string[]): Promise<{ stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: "C" };
    execFile(program, args, { maxBuffer: 2 ** 28, env }, (_, stdout, stderr) => resolve({ stdout, stderr }));
  });

const listOuter = 'shift; exec tar --list --file="$0" --wildcards -- "$@"';
const listInner = `inner=$1; shift
case $inner in *.gz) by=--gzip ;; *.bz2) by=--bzip2 ;; *.xz) by=--xz ;; *) by= ;; esac
tar --extract --to-stdout --file="$0" -- "$inner" | tar --list $by --file=- --wildcards -- "$@"`;

/** Patterns by the archive in the archive that they are for; `""` for the outer one. */
function groupByArchive(patterns: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const pattern of patterns) {
    const at = pattern.indexOf(WITHIN);
    const inner = at < 0 ? "" : pattern.slice(0, at);
    const group = groups.get(inner) ?? [];
    groups.set(inner, [...group, at < 0 ? pattern : pattern.slice(at + WITHIN.length)]);
  }
  return groups;
}

/** Between an archive's name and that of a file in it. */
const WITHIN = "!/";
const inArchive = (inner: string, path: string) => (inner === "" ? path : `${inner}${WITHIN}${path}`);

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
