import { existsSync } from "node:fs";
import { formatLock, type Lock, parseLock, resolve, StagexError } from "@stagex/core";
import { loadDefinitions, projectFiles } from "../definitions.ts";
import { type GlobalOptions, openSession, readLockText, type Session, writeLock } from "../session.ts";

/** `stagex lock [--check]` */
export async function lock(options: GlobalOptions & { check?: boolean }): Promise<void> {
  const session = openSession(options);
  if (options.check) {
    const text = readLockText(session.lockPath);
    const resolved = await resolveProject(session, parseLock(text));
    if (formatLock(resolved) !== text) {
      throw new StagexError("lock", {
        cannot: "accept stagex.lock",
        because: `it is stale: ${changedNames(parseLock(text), resolved).join(", ")} differ from the definitions`,
        remedy: "Run `./stagex lock`, then `./stagex pin`, and commit the lock.",
      });
    }
    console.log("stagex.lock is current");
    return;
  }
  const { previous, unreadable } = previousLock(session);
  const resolved = await resolveProject(session, previous);
  writeLock(session, resolved);
  if (unreadable)
    console.error(`stagex: all pins were dropped, since the old lock could not be used: ${unreadable}`);
  const unpinned = Object.keys(resolved.packages).filter((name) => resolved.packages[name]?.tree === null);
  console.log(
    `${Object.keys(resolved.packages).length} packages and ${Object.keys(resolved.pallets).length} pallets locked`,
  );
  if (unpinned.length > 0) console.log(`without a pinned tree, see \`stagex pin\`: ${unpinned.join(", ")}`);
}

/** Resolves the definitions anew; pins of `previous` that still hold are kept. */
export async function resolveProject(session: Session, previous?: Lock): Promise<Lock> {
  return resolve(await loadDefinitions(session.project), projectFiles(session.project), previous);
}

/** The lock as it was, for its pins. One that cannot be read pins nothing: `lock` is how it is repaired. */
function previousLock({ lockPath }: Session): { previous?: Lock; unreadable?: string } {
  if (!existsSync(lockPath)) return {};
  try {
    return { previous: parseLock(readLockText(lockPath)) };
  } catch (error) {
    if (!(error instanceof StagexError)) throw error;
    return { unreadable: error.because };
  }
}

function changedNames(before: Lock, after: Lock): string[] {
  const names = (lock: Lock) => [...Object.entries(lock.packages), ...Object.entries(lock.pallets)];
  const texts = new Map(names(before).map(([name, block]) => [name, JSON.stringify(block)]));
  const changed = names(after).filter(([name, block]) => texts.get(name) !== JSON.stringify(block));
  const gone = names(before).filter(([name]) => !(name in after.packages) && !(name in after.pallets));
  return [...new Set([...changed, ...gone].map(([name]) => name))];
}
