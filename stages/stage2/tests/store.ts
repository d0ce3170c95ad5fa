/** What the user's store holds, without building anything. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { keyOfInputs, type Lock, parseLock } from "@stagex/core";
import { Store } from "@stagex/store";

const home = process.env.STAGEX_HOME ?? join(homedir(), ".cache/stagex");
export const lock = parseLock(readFileSync(new URL("../../../stagex.lock", import.meta.url), "utf8"));

const store = existsSync(home) ? await Store.open(join(home, "store")) : undefined;

/** What the store holds of a lock's packages. */
export function storedOf(of: Lock) {
  const digests = new Map<string, string | undefined>();

  function digestOf(name: string): string | undefined {
    const locked = of.packages[name];
    if (!locked || locked.tree) return locked?.tree ?? undefined;
    const inputs = locked.inputs.map(remembered).filter((one) => one !== undefined);
    if (inputs.length < locked.inputs.length) return undefined;
    return store?.recall(keyOfInputs(of, locked, inputs));
  }

  function remembered(name: string): string | undefined {
    if (!digests.has(name)) digests.set(name, digestOf(name));
    return digests.get(name);
  }

  /** The folder of a package's tree; undefined if the store lacks it. */
  function storedTree(name: string): string | undefined {
    const digest = remembered(name);
    return digest && store?.has(digest) ? store.treePath(digest) : undefined;
  }

  /** The trees of packages that a test needs, and how to get them where the store lacks some. */
  function storedTrees(names: readonly string[]) {
    const missing = names.filter((name) => storedTree(name) === undefined);
    return {
      trees: names.map(storedTree).filter((tree) => tree !== undefined),
      isMissing: missing.length > 0,
      /** For the test's title. */
      why: missing.length > 0 ? ` (skipped: ./stagex build ${missing.join(" ")})` : "",
    };
  }

  return { storedTree, storedTrees };
}

export const { storedTree, storedTrees } = storedOf(lock);

/** Paths of a tree's files. */
export const filesOf = (tree: string): string[] =>
  readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** A path that begins with `/build/`, and is not the end of another one. */
const BUILT_THERE = /(?<!\/[\w.+-]{1,64})\/build\//;

/** Names of a tree's files that tell where it was built. */
export const tellingFilesOf = (tree: string): string[] =>
  filesOf(tree)
    .filter((file) => {
      const content = readFileSync(file);
      return content.includes("/build/") && BUILT_THERE.test(content.toString("latin1"));
    })
    .map((file) => basename(file));
