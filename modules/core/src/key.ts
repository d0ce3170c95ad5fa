/** The key of a package: by it, a build that was done before is known again. */
// Every start takes the key of every package. In JavaScript that is slow until it is compiled: 20 ms for 100 keys.
import { createHash } from "node:crypto";
import type { Lock, LockedPackage, Sha256 } from "./lock.ts";
import { orderStep } from "./steps.ts";

/**
 * Digest of all that decides a package's tree: platform, epoch, environment, steps, the names and hashes of
 * the sources, and the digests (not the recipes) of the inputs. So a change below that changes no output
 * rebuilds nothing above it.
 *
 * @returns null while one of the inputs has no pinned tree.
 */
export function packageKey(lock: Lock, locked: LockedPackage): Sha256 | null {
  const inputs = locked.inputs.map((name) => lock.packages[name]?.tree ?? null);
  if (inputs.includes(null)) return null;
  return keyOfInputs(lock, locked, inputs as Sha256[]);
}

/** {@link packageKey} for inputs of known digests, which need not be those that the lock pins. */
export function keyOfInputs(lock: Lock, locked: LockedPackage, inputs: readonly Sha256[]): Sha256 {
  const decisive = {
    platform: locked.platform,
    epoch: lock.epoch,
    environment: lock.environment,
    sources: locked.sources.map(({ file, sha256, executable }) => [file, sha256, executable ?? false]),
    inputs,
    steps: locked.steps.map(orderStep),
  };
  return createHash("sha256").update(JSON.stringify(decisive)).digest("hex");
}
