import { join } from "node:path";
import { palletDigest } from "@stagex/build/pallet";
import { closure, packagesOf, StagexError } from "@stagex/core";
import { Store } from "@stagex/store";
import { type BuildingOptions, withBuilder } from "../building.ts";
import { openSession, readLock } from "../session.ts";

/**
 * `stagex verify NAME`: rebuilds NAME and all below it in a store of its own, with no cache, and compares
 * each tree, and the image where NAME is a pallet, with the lock.
 */
export async function verify(name: string, options: BuildingOptions): Promise<void> {
  const session = openSession(options);
  const lock = readLock(session);
  const packages = packagesOf(lock, name);
  const all = closure(lock, packages);
  const unpinned = all.filter((one) => lock.packages[one]?.tree === null);
  if (unpinned.length > 0) {
    throw new StagexError("lock", {
      cannot: `verify ${name}`,
      because: `the lock pins no tree for ${unpinned.join(", ")}`,
      remedy: "Run `stagex pin` first.",
    });
  }

  const own = await Store.open(join(session.home, "store"));
  // Within the user's store, so that `gc` removes what a failed or killed run leaves.
  const fresh = await own.scratch(`verify-${name}`);
  const store = await Store.open(fresh);
  const image = await withBuilder(
    session,
    lock,
    options,
    async ({ builder }) => {
      const trees = await builder.build(packages);
      return Object.hasOwn(lock.pallets, name) ? palletDigest(lock, name, trees, store) : null;
    },
    { store, caches: [], expected: own },
  ).catch(async (error) => {
    // A tree that differs stays for comparison, as its error says. After Ctrl-C there is nothing to compare.
    if (!(error instanceof StagexError)) await own.discard(fresh);
    throw error;
  });
  await own.discard(fresh);

  const pinned = Object.hasOwn(lock.pallets, name) ? (lock.pallets[name]?.image ?? null) : null;
  if (image !== pinned) {
    throw new StagexError("build", {
      cannot: `verify pallet ${name}`,
      because: `the rebuilt image is ${image}, and the lock pins ${pinned ?? "none"}`,
      remedy: `Every tree is as pinned, so only the image's own description differs. Run \`stagex pin ${name}\` if that is meant.`,
    });
  }

  if (options.json) {
    console.log(JSON.stringify({ name, verified: true, packages: all, image }));
    return;
  }
  console.log(`${name} verified: ${all.length} packages rebuilt, each tree as the lock pins it`);
  if (image) console.log(`  image sha256:${image}`);
}
