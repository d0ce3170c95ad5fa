/** The sources of packages as the Containerfile's build context, each checked against the lock. */
import { createHash } from "node:crypto";
import { mkdtemp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Directory, dag } from "@dagger.io/dagger";
import type { LockedSource, Project } from "./project.ts";

/**
 * The sources of `names` and of all that they need: those of the repository, and those from elsewhere.
 *
 * @param given folder of sources named by sha256; without it, the engine downloads them
 */
export async function checkedSources(
  { lock, rules }: Project,
  names: readonly string[],
  repository: Directory,
  given: Directory | undefined,
): Promise<Directory> {
  const { StagexError, SOURCES_FOLDER } = rules;
  const all = rules.closure(lock, names).flatMap((name) => lock.packages[name].sources);
  const own = new Map<string, LockedSource>();
  const foreign = new Map<string, LockedSource>();
  for (const source of all) {
    const path = rules.projectPath(source);
    if (path === undefined) foreign.set(source.sha256, source);
    else own.set(path, source);
  }

  const files = only(repository, own);
  await check(files, own, ({ file }, because) => {
    const remedy = "The lock is stale: run `./stagex lock`.";
    return new StagexError("lock", { cannot: `use the source ${file}`, because, remedy });
  });
  const refusal = ({ file }: LockedSource, because: string) => {
    const remedy =
      "Run `./stagex fetch`, and give the folder that it fills, ~/.cache/stagex/sources, as --sources.";
    return new StagexError("source", { cannot: `use the source ${file}`, because, remedy });
  };
  const fetched = given ? only(given, foreign) : await download(foreign, refusal);
  if (given) await check(fetched, foreign, refusal);
  return files.withDirectory(SOURCES_FOLDER, fetched);
}

/** Sources by their path in a directory. */
type Sources = ReadonlyMap<string, LockedSource>;
type Refusal = (source: LockedSource, because: string) => Error;

/** No more than these files, so that a change of another one changes nothing for the engine. */
const only = (directory: Directory, sources: Sources): Directory =>
  sources.size > 0 ? directory.filter({ include: [...sources.keys()] }) : dag.directory();

/** Fails unless the directory has each source with the bytes that the lock names. */
async function check(directory: Directory, sources: Sources, refusal: Refusal): Promise<void> {
  const folder = await mkdtemp("/tmp/sources-");
  await directory.export(folder);
  for (const [path, source] of sources) {
    const bytes = await readFile(join(folder, path)).catch(() => {
      throw refusal(source, `there is no file ${path}`);
    });
    const found = createHash("sha256").update(bytes).digest("hex");
    if (found !== source.sha256) {
      throw refusal(source, `the file ${path} has the sha256 ${found}, and the lock names ${source.sha256}`);
    }
  }
}

/** Files of the internet, which the engine checks. */
async function download(sources: Sources, refusal: Refusal): Promise<Directory> {
  let fetched = dag.directory();
  for (const source of sources.values()) {
    const url = source.from.find((place) => place.startsWith("https:"));
    if (!url) throw refusal(source, "it has no address from which an engine can download it");
    const file = dag.http(url, { checksum: `sha256:${source.sha256}`, name: source.sha256 });
    await file.sync().catch((error) => {
      throw refusal(source, `the engine cannot download ${url} (${lastCause(error)})`);
    });
    fetched = fetched.withFile(source.sha256, file);
  }
  return fetched;
}

/** An engine names the whole way to a failure, which is thousands of digests long, and the cause at its end. */
export const lastCause = (error: Error): string => error.message.split("inputs: ").at(-1) as string;
