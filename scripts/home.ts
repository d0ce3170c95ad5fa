/** What the user's home folder holds: sources and trees, which are fetched or built where they are not there. */
import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Package } from "../modules/core/src/index.ts";

const execute = promisify(execFile);
const stagex = join(import.meta.dirname, "../stagex");

/** Fetches the sources of packages or pallets. @returns the folder of sources, each named by its sha256 */
export async function fetchSources(...names: string[]): Promise<string> {
  await execute(stagex, ["fetch", ...names]);
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(process.env.STAGEX_HOME || join(cache, "stagex"), "sources");
}

/** The first source of a package, as a path. */
export const sourceArchive = async ({ name, sources = [] }: Package): Promise<string> =>
  join(await fetchSources(name), sources[0]?.sha256 ?? "");

/** The tree of a package, as a path. */
export async function builtTree(name: string): Promise<string> {
  const { stdout } = await execute(stagex, ["build", name, "--json"]);
  // Where its tree is not pinned, those of what it needs are told too.
  return JSON.parse(stdout).packages.find((built: { name: string }) => built.name === name).path;
}
