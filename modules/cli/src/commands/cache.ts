import { join } from "node:path";
import { closure, packagesOf } from "@stagex/core";
import { pushTree, Store } from "@stagex/store";
import { type GlobalOptions, openSession, readLock } from "../session.ts";

/** `stagex push-cache FOLDER [NAME...]`: packs the trees that the store has, of the named and of all below. */
export async function pushCache(folder: string, names: string[], options: GlobalOptions): Promise<void> {
  const session = openSession(options);
  const lock = readLock(session);
  const store = await Store.open(join(session.home, "store"));
  const roots =
    names.length > 0 ? names.flatMap((name) => packagesOf(lock, name)) : Object.keys(lock.packages);
  const pushed: string[] = [];
  const absent: string[] = [];
  for (const name of closure(lock, roots)) {
    const tree = lock.packages[name]?.tree;
    if (!tree || !store.has(tree)) {
      absent.push(name);
      continue;
    }
    await pushTree(folder, tree, store);
    pushed.push(name);
  }
  if (options.json) {
    console.log(JSON.stringify({ pushed, absent }));
    return;
  }
  console.log(`${pushed.length} trees in ${folder}`);
  if (absent.length > 0) console.log(`not built here, so not pushed: ${absent.join(", ")}`);
}
