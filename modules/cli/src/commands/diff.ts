import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { exitStatus, packageNamed, StagexError } from "@stagex/core";
import { compareTrees, Store } from "@stagex/store";
import { type GlobalOptions, openSession, readLock, type Session } from "../session.ts";

/**
 * `stagex diff TREE TREE`: where two trees differ. A tree is a directory, the digest of a tree in the store, or the
 * name of a package, which stands for the tree that the lock pins. Ends with status 1 if they differ.
 */
export async function diff(first: string, second: string, options: GlobalOptions): Promise<void> {
  const session = openSession(options);
  const paths = [await findTree(session, first), await findTree(session, second)] as const;
  const differences = await compareTrees(...paths, Number.POSITIVE_INFINITY);
  if (differences.length > 0) process.exitCode = exitStatus.build;
  if (options.json) {
    console.log(JSON.stringify({ same: differences.length === 0, differences }));
    return;
  }
  console.log(differences.length === 0 ? "no difference" : differences.join("\n"));
  if (differences.length > 0) showInside(...paths);
}

async function findTree(session: Session, name: string): Promise<string> {
  if (name.includes("/") || name === "." || name === "..") {
    if (existsSync(name) && statSync(name).isDirectory()) return name;
    throw notThere(name, "there is no such directory", "Name a directory, a package, or a tree's digest.");
  }
  const isDigest = /^[0-9a-f]{64}$/.test(name);
  const digest = isDigest ? name : packageNamed(readLock(session), name).tree;
  if (digest === null) throw notThere(name, "the lock pins no tree for it", "Run `stagex pin` first.");
  const store = await Store.open(join(session.home, "store"));
  if (store.has(digest)) return store.treePath(digest);
  const remedy = isDigest ? "`stagex build` brings the tree of a package." : `Run \`stagex build ${name}\`.`;
  throw notThere(name, `the store does not have its tree ${digest}`, remedy);
}

const notThere = (name: string, because: string, remedy: string) =>
  new StagexError("usage", { cannot: `compare ${name}`, because, remedy });

/** What diffoscope, where it is installed, says of the files' contents. */
function showInside(first: string, second: string): void {
  const { error } = spawnSync("diffoscope", ["--text", "-", first, second], { stdio: "inherit" });
  if (error) console.error("Install diffoscope to see what differs within the files.");
}
