import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const project = join(import.meta.dirname, "..");

/**
 * Fetches the sources of packages or pallets, where they are not there.
 *
 * @returns the user's folder of sources, each named by its sha256
 */
export async function fetchSources(...names: string[]): Promise<string> {
  await promisify(execFile)(join(project, "stagex"), ["fetch", ...names]);
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(process.env.STAGEX_HOME || join(cache, "stagex"), "sources");
}
