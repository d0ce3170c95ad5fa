/** Loads the package definitions of a project: `stages/*\/stage.ts` and `pallets/*\/pallet.ts`. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Definitions, Pallet, ProjectFiles, Stage } from "@stagex/core";
import glob from "fast-glob";
import { register } from "tsx/esm/api";

export async function loadDefinitions(project: string): Promise<Definitions> {
  const loader = register({ namespace: "definitions" });
  const load = async <T>(pattern: string): Promise<T[]> => {
    const paths = glob.sync(pattern, { cwd: project, absolute: true }).sort();
    const modules = paths.map((path) => loader.import(pathToFileURL(path).href, import.meta.url));
    return (await Promise.all(modules)).map((module) => (module as { default: T }).default);
  };
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
    const content = readFileSync(join(project, path));
    return { sha256: createHash("sha256").update(content).digest("hex"), size: content.length };
  },
});
