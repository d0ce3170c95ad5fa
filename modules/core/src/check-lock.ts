/** Whether a lock's blocks agree with each other. Its form is checked where it is read. */
import { StagexError } from "./errors.ts";
import { closure } from "./graph.ts";
import { packageKey } from "./key.ts";
import type { Lock } from "./lock.ts";

/**
 * Checks that all names are there, that no package needs itself or a higher stage, and that each package's recipe
 * is the one of its key.
 *
 * @throws StagexError of kind `lock`
 */
export function checkLock(lock: Lock): void {
  checkReferences(lock);
  checkKeys(lock);
}

function checkReferences(lock: Lock): void {
  for (const [name, locked] of Object.entries(lock.packages)) {
    for (const input of locked.inputs) {
      const stage = lock.packages[input]?.stage;
      if (stage === undefined) throw lockError(`${name} needs ${input}, which it does not hold`);
      if (stage > locked.stage) {
        throw lockError(`${name} of stage ${locked.stage} needs ${input} of the higher stage ${stage}`);
      }
    }
  }
  for (const [name, pallet] of Object.entries(lock.pallets)) {
    const missing = pallet.packages.find((input) => !lock.packages[input]);
    if (missing !== undefined) throw lockError(`pallet ${name} needs ${missing}, which it does not hold`);
  }
  closure(lock, Object.keys(lock.packages));
}

function checkKeys(lock: Lock): void {
  for (const [name, locked] of Object.entries(lock.packages)) {
    if (locked.key !== packageKey(lock, locked)) {
      throw lockError(`the key of ${name} does not match its recipe and inputs, so it was edited by hand`);
    }
    if (locked.key === null && locked.tree !== null) {
      throw lockError(`${name} has a pinned tree while one of its inputs has none`);
    }
  }
}

export function lockError(because: string, cause?: unknown): StagexError {
  return new StagexError("lock", {
    cannot: "use stagex.lock",
    because,
    remedy: "Restore it from version control, or run `./stagex lock` to write it anew.",
    cause,
  });
}
