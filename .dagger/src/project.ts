/**
 * What this module reads of the repository: the lock, and the project's own rules for names, trees and images.
 *
 * A module's runtime sees its own folder alone, so the rules cannot be imported from here as they are elsewhere.
 * They are loaded from the repository when a function runs. A second copy of them, which could differ, is not
 * needed then.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Directory } from "@dagger.io/dagger";

/** What is used here of a source in the lock; `modules/core/src/lock.ts` describes it in full. */
export interface LockedSource {
  file: string;
  sha256: string;
  from: string[];
}

/** What is used here of a package in the lock. */
export interface LockedPackage {
  version: string;
  stage: number;
  summary: string;
  platform: string;
  inputs: string[];
  sources: LockedSource[];
  /** sha256 of the tree's canonical tar; null while it is not pinned. */
  tree: string | null;
}

/** What is used here of a pallet in the lock. */
export interface LockedPallet {
  packages: string[];
  entrypoint?: string[];
  cmd?: string[];
  env?: Record<string, string>;
  workdir?: string;
  labels?: Record<string, string>;
}

/** What is used here of the lock. */
export interface Lock {
  /** Seconds since 1970. */
  epoch: number;
  packages: Record<string, LockedPackage>;
  pallets: Record<string, LockedPallet>;
}

/** The functions of `modules/` that are used here. */
export interface Rules {
  checkLock(lock: Lock): void;
  closure(lock: Lock, roots: readonly string[]): string[];
  containerfile(lock: Lock, packages: readonly string[], pallets: readonly string[]): string;
  afresh(containerfile: string): string;
  stageName(name: string): string;
  projectPath(source: LockedSource): string | undefined;
  stageModules(lock: Lock): Map<string, string>;
  /** Where the Containerfile looks for the sources that do not lie in the repository. */
  SOURCES_FOLDER: string;
  /** A file that {@link Rules.afresh} needs beside the Containerfile. */
  AFRESH: string;
  packageNamed(lock: Lock, name: string): LockedPackage;
  palletNamed(lock: Lock, name: string): LockedPallet;
  packagesOf(lock: Lock, name: string): readonly string[];
  StagexError: new (
    kind: "build" | "lock" | "source",
    parts: { cannot: string; because: string; remedy?: string },
  ) => Error;
  normalise(root: string, epoch: number, spare: string): Promise<number>;
  digestOf(root: string): Promise<{ digest: string; size: number }>;
  sizeOf(root: string): number;
  tarOf(root: string): Iterable<Uint8Array>;
  writePallet(
    lock: Lock,
    name: string,
    trees: ReadonlyMap<string, string>,
    store: TreeStore,
    layout: string,
  ): Promise<{ image: string }>;
}

/** What `writePallet` asks of a store of trees. */
export interface TreeStore {
  size(digest: string): Promise<number>;
  tar(digest: string): NodeJS.ReadableStream;
  verify(digest: string): Promise<void>;
}

export interface Project {
  lock: Lock;
  rules: Rules;
}

/** Files of the repository that {@link loadProject} reads, besides `stagex.lock`. */
const parts = {
  core: ["check-lock", "containerfile", "errors", "graph", "stage-module", "tar"],
  oci: ["canonical-json", "image", "write-layout"],
  store: ["tree"],
};

/** Reads the lock and the rules. The same repository is read once. */
export function loadProject(repository: Directory): Promise<Project> {
  loaded ??= load(repository);
  return loaded;
}
let loaded: Promise<Project> | undefined;

async function load(repository: Directory): Promise<Project> {
  const root = "/tmp/stagex";
  await repository.filter({ include: ["stagex.lock", "modules/*/src"] }).export(root);
  await writeFile(join(root, "package.json"), '{"type":"module"}');
  // The packages by which the files name each other, without the parts that need a library.
  for (const [name, files] of Object.entries(parts)) {
    const folder = join(root, "node_modules/@stagex", name);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "package.json"), '{"type":"module","exports":"./index.js"}');
    const lines = files.map((file) => `export * from "${root}/modules/${name}/src/${file}.ts";\n`);
    await writeFile(join(folder, "index.js"), lines.join(""));
  }
  const imported = await Promise.all([
    import(`${root}/node_modules/@stagex/core/index.js`),
    import(`${root}/node_modules/@stagex/store/index.js`),
    import(`${root}/modules/build/src/pallet.ts`),
  ]);
  const rules: Rules = Object.assign({}, ...imported);
  const lock = JSON.parse(await readFile(join(root, "stagex.lock"), "utf8"));
  rules.checkLock(lock);
  return { lock, rules };
}
