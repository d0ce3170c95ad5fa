/** Builds again what the lock pins, from the sources alone, and compares. */
import { join } from "node:path";
import { UnexpectedTree } from "@stagex/build";
import { palletDigest } from "@stagex/build/pallet";
import { closure, type Lock, packagesOf, type Sha256, StagexError } from "@stagex/core";
import { Store } from "@stagex/store";
import { type BuildingOptions, withBuilder } from "./building.ts";
import type { Session } from "./session.ts";

export interface Rebuilt {
  /** All packages that were built, inputs before what uses them; each gave the tree that the lock pins. */
  readonly packages: readonly string[];
  /** Images of the pallets that were named; each is as the lock pins it. */
  readonly images: ReadonlyMap<string, Sha256>;
}

/**
 * Rebuilds packages and pallets and all below them in a store of its own, with no cache, and compares each tree and
 * each image with the lock.
 *
 * @param act what the user asked for, for messages
 * @param onUnexpected keeps a tree that differs elsewhere than in the store, which then goes; gives what to throw
 * @throws StagexError of kind `lock` where nothing is pinned, of kind `build` when something differs
 */
export async function rebuild(
  session: Session,
  lock: Lock,
  names: readonly string[],
  options: BuildingOptions,
  act: "verify" | "reproduce",
  onUnexpected?: (error: UnexpectedTree) => Promise<StagexError>,
): Promise<Rebuilt> {
  const packages = names.flatMap((name) => packagesOf(lock, name));
  const all = closure(lock, packages);
  const unpinned = all.filter((one) => lock.packages[one]?.tree === null);
  if (unpinned.length > 0) {
    throw new StagexError("lock", {
      cannot: `${act} ${names.join(", ")}`,
      because: `the lock pins no tree for ${unpinned.join(", ")}`,
      remedy: "Run `stagex pin` first.",
    });
  }

  const own = await Store.open(join(session.home, "store"));
  // Within the user's store, so that `gc` removes what a failed or killed run leaves.
  const fresh = await own.scratch(`${act}-${names[0]}`);
  const store = await Store.open(fresh);
  const images = new Map<string, Sha256>();
  await withBuilder(
    session,
    lock,
    options,
    async ({ builder, view }) => {
      const trees = await builder.build(packages);
      // The store was empty, so what is reused was built in this run, too: by another package's equal recipe.
      const { built, reused } = view.done;
      if (built + reused !== all.length)
        throw new Error(`${built + reused} of ${all.length} packages were built`);
      for (const name of names) {
        if (Object.hasOwn(lock.pallets, name)) images.set(name, await palletDigest(lock, name, trees, store));
      }
    },
    { store, caches: [], expected: own, afresh: true },
  ).catch(async (error) => {
    const told = error instanceof UnexpectedTree && onUnexpected ? await onUnexpected(error) : undefined;
    // A tree that differs stays for comparison, as its error says. After Ctrl-C there is nothing to compare.
    if (told || !(error instanceof StagexError)) await own.discard(fresh);
    throw told ?? error;
  });
  await own.discard(fresh);

  for (const [name, image] of images) {
    const pinned = lock.pallets[name]?.image ?? null;
    if (image === pinned) continue;
    throw new StagexError("build", {
      cannot: `${act} pallet ${name}`,
      because: `the rebuilt image is ${image}, and the lock pins ${pinned ?? "none"}`,
      remedy: `Every tree is as pinned, so only the image's own description differs. Run \`stagex pin ${name}\` if that is meant.`,
    });
  }
  return { packages: all, images };
}
