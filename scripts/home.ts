/** What the user's home folder holds: sources and trees, which are fetched or built where they are not there. */
import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Package } from "../modules/core/src/index.ts";

const execute = promisify(execFile);
const stagex = join(import.meta.dirname, "../stagex");

/** The home folder, where the command line looks for it. */
export const stagexHome =
  process.env.STAGEX_HOME || join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "stagex");

/** Fetches the sources of packages or pallets. @returns the folder of sources, each named by its sha256 */
export async function fetchSources(...names: string[]): Promise<string> {
  await execute(stagex, ["fetch", ...names]);
  return join(stagexHome, "sources");
}

/** The first source of a package, as a path. */
export const sourceArchive = async ({ name, sources = [] }: Package): Promise<string> =>
  join(await fetchSources(name), sources[0]?.sha256 ?? "");

export interface Tree {
  readonly name: string;
  /** Its sha256. */
  readonly tree: string;
  readonly path: string;
}

/**
 * The trees of packages in what `stagex build --json` printed. A name may be a pallet's too, as gcc is: then stagex builds
 * what that pallet consists of, and tells more trees.
 */
export const treesOf = (names: readonly string[], printed: string): Tree[] =>
  JSON.parse(printed).packages.filter(({ name }: Tree) => names.includes(name));

/** The tree of a package, as a path. */
export async function builtTree(name: string): Promise<string> {
  const { stdout } = await execute(stagex, ["build", name, "--json"]);
  const [built] = treesOf([name], stdout);
  return (built as Tree).path;
}
