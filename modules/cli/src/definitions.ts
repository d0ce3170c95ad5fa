/** Loads the package definitions of a project: `stages/*\/stage.ts` and `pallets/*\/pallet.ts`. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type Definitions,
  type Pallet,
  type ProjectFiles,
  reasonOf,
  type Stage,
  StagexError,
} from "@stagex/core";
import glob from "fast-glob";
import { register } from "tsx/esm/api";

/** @throws StagexError of kind `lock` that names the file which cannot be loaded */
export async function loadDefinitions(project: string): Promise<Definitions> {
  const loader = register({ namespace: "definitions" });
  const loadOne = async <T>(path: string): Promise<T> => {
    const url = pathToFileURL(join(project, path)).href;
    const module: { default?: T } = await loader.import(url, import.meta.url).catch((error) => {
      throw unloadable(project, path, error);
    });
    if (module.default !== undefined) return module.default;
    throw unloadable(project, path, new Error("it has no default export"));
  };
  const load = <T>(pattern: string): Promise<T[]> =>
    Promise.all(
      glob
        .sync(pattern, { cwd: project })
        .sort()
        .map(loadOne<T>),
    );
  const definitions = {
    stages: await load<Stage>("stages/*/stage.ts"),
    pallets: await load<Pallet>("pallets/*/pallet.ts"),
  };
  await loader.unregister();
  return definitions;
}

export const projectFiles = (project: string): ProjectFiles => ({
  match: (directory, pattern) => glob.sync(pattern, { cwd: join(project, directory) }).sort(),
  describe(path) {
    const content = readProjectFile(project, path);
    return { sha256: createHash("sha256").update(content).digest("hex"), size: content.length };
  },
});

function readProjectFile(project: string, path: string): Buffer {
  try {
    return readFileSync(join(project, path));
  } catch (cause) {
    throw new StagexError("lock", {
      cannot: `lock ${path}`,
      because: (cause as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : reasonOf(cause),
      remedy: "Correct the `seeds` or `files` of its package.",
      cause,
    });
  }
}

function unloadable(project: string, path: string, error: unknown): StagexError {
  // Packages in files of their own that need each other are values that each want the other one first.
  const cycle = error instanceof ReferenceError ? importCycle(join(project, path)) : undefined;
  const files = cycle?.map((file) => relative(project, file)).join(" -> ");
  return new StagexError("lock", {
    cannot: `load ${path}`,
    because: files ? `its files import each other in a cycle: ${files}` : reasonOf(error),
    remedy: files
      ? "Packages cannot need each other: remove one of these imports."
      : "Correct the definitions.",
    cause: error,
  });
}

/** A chain of relative imports, below `path`, that ends at the file where it begins. */
function importCycle(
  path: string,
  above: readonly string[] = [],
  done = new Set<string>(),
): string[] | undefined {
  if (above.includes(path)) return [...above.slice(above.indexOf(path)), path];
  if (done.has(path) || !existsSync(path)) return undefined;
  done.add(path);
  for (const [, to = ""] of readFileSync(path, "utf8").matchAll(/\bfrom\s+["'](\.[^"']+)["']/g)) {
    const cycle = importCycle(resolve(path, "..", to), [...above, path], done);
    if (cycle) return cycle;
  }
  return undefined;
}
