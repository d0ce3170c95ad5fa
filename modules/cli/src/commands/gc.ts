import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Store } from "@stagex/store";
import { type GlobalOptions, openSession, registerRoot } from "../session.ts";
import { bytes } from "../view.ts";

/** `stagex gc` */
export async function gc(options: GlobalOptions & { dryRun?: boolean }): Promise<void> {
  const session = openSession(options);
  if (existsSync(session.lockPath)) registerRoot(session);
  const store = await Store.open(join(session.home, "store"));
  const { removed, bytes: freed } = await store.collectGarbage(pinnedDigests(session.home), {
    dryRun: options.dryRun ?? false,
  });
  if (options.json) console.log(JSON.stringify({ removed, bytes: freed }));
  else console.log(`${options.dryRun ? "would remove" : "removed"} ${removed.length} trees, ${bytes(freed)}`);
}

/**
 * Every digest in every lock that used this store. Taken from the text, not from the parsed lock: a lock of
 * another version, or one that is being edited, keeps its trees as well.
 */
function* pinnedDigests(home: string): Iterable<string> {
  const folder = join(home, "roots");
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const lockPath = readFileSync(join(folder, name), "utf8");
    if (existsSync(lockPath)) yield* readFileSync(lockPath, "utf8").match(/\b[0-9a-f]{64}\b/g) ?? [];
  }
}
