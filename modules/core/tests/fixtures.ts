/** Small definitions for tests. */
import { createHash } from "node:crypto";
import { defineStage, type Package, type ProjectFiles, resolve, run, type Stage } from "../src/index.ts";

export const pkg = (name: string, changes: Partial<Package> = {}): Package => ({
  name,
  version: "1",
  license: "MIT",
  summary: `The ${name} of a test`,
  build: [run(`/${name}`, `/out/${name}`)],
  ...changes,
});

export const stage = (number: number, ...packages: Package[]): Stage =>
  defineStage({ number, directory: `stages/stage${number}`, platform: "linux/386", packages });

/** Files of a project that exists only in memory; globs are `*` alone. */
export const inMemory = (files: Record<string, string>): ProjectFiles => ({
  match: (directory, pattern) =>
    Object.keys(files)
      .filter((path) => path.startsWith(`${directory}/`))
      .map((path) => path.slice(directory.length + 1))
      .filter((path) => pattern === "*" || path === pattern),
  describe(path) {
    const content = files[path] ?? "";
    return { sha256: createHash("sha256").update(content).digest("hex"), size: content.length };
  },
});

export const resolveStages = (...stages: Stage[]) => resolve({ stages, pallets: [] }, inMemory({}));

export const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
