import type { BuildingOptions } from "../building.ts";
import { rebuild } from "../rebuild.ts";
import { openSession, readLock } from "../session.ts";

/**
 * `stagex verify NAME`: rebuilds NAME and all below it in a store of its own, with no cache, and compares
 * each tree, and the image where NAME is a pallet, with the lock.
 */
export async function verify(name: string, options: BuildingOptions): Promise<void> {
  const session = openSession(options);
  const { packages, images } = await rebuild(session, readLock(session), [name], options, "verify");
  const image = images.get(name) ?? null;
  if (options.json) {
    console.log(JSON.stringify({ name, verified: true, packages, image }));
    return;
  }
  console.log(`${name} verified: ${packages.length} packages rebuilt, each tree as the lock pins it`);
  if (image) console.log(`  image sha256:${image}`);
}
