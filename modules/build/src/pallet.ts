/** Trees to pallet: what an image of the lock is made of. */
import { type Lock, type LockedPackage, palletNamed, type Sha256, StagexError } from "@stagex/core";
import { describeImage, type ImageSpec, writeLayout } from "@stagex/oci";
import type { Store } from "@stagex/store";

export interface WrittenPallet {
  /** Directory of the OCI layout. */
  readonly layout: string;
  /** sha256 of the image's manifest. */
  readonly image: Sha256;
}

/**
 * Writes a pallet as an OCI layout, from trees that the store has.
 *
 * @throws StagexError of kind `build` when the image is not the one that the lock pins
 */
export async function writePallet(
  lock: Lock,
  name: string,
  trees: ReadonlyMap<string, Sha256>,
  store: Store,
  layout: string,
): Promise<WrittenPallet> {
  const spec = await imageOf(lock, name, trees, store);
  const { digest } = describeImage(spec);
  const pinned = palletNamed(lock, name).image;
  if (pinned !== null && pinned !== digest) {
    await verifyTrees(spec, store);
    throw new StagexError("build", {
      cannot: `accept the image of pallet ${name}`,
      because: `its digest is ${digest}, and the lock pins ${pinned}`,
      remedy: `If the change is meant, run \`stagex pin ${name}\`.`,
    });
  }
  await writeLayout(layout, spec).catch(async (error) => {
    await verifyTrees(spec, store);
    throw error;
  });
  return { layout, image: digest };
}

/** Throws if a tree was changed on the disk, and moves it aside, so that the next run makes it anew. */
async function verifyTrees({ layers }: ImageSpec, store: Store): Promise<void> {
  for (const { digest } of layers) await store.verify(digest);
}

/** The digest that a pallet's image has with these trees, without writing it. */
export async function palletDigest(
  lock: Lock,
  name: string,
  trees: ReadonlyMap<string, Sha256>,
  store: Store,
): Promise<Sha256> {
  return describeImage(await imageOf(lock, name, trees, store)).digest;
}

async function imageOf(
  lock: Lock,
  name: string,
  trees: ReadonlyMap<string, Sha256>,
  store: Store,
): Promise<ImageSpec> {
  const pallet = palletNamed(lock, name);
  const packages = pallet.packages.map((part) => ({ part, locked: lock.packages[part] as LockedPackage }));
  const layers = packages.map(async ({ part, locked }) => {
    const digest = trees.get(part) as Sha256;
    const size = await store.size(digest);
    return { digest, size, createdBy: `stagex ${part} ${locked.version}`, tar: () => store.tar(digest) };
  });
  const newest = packages.at(-1)?.locked;
  return {
    name,
    ...(newest && { version: newest.version }),
    description: pallet.summary,
    licenses: [...new Set(packages.map(({ locked }) => locked.license))].join(" AND "),
    platform: newest?.platform ?? "linux/amd64",
    epoch: lock.epoch,
    layers: await Promise.all(layers),
    ...(pallet.entrypoint && { entrypoint: pallet.entrypoint }),
    ...(pallet.cmd && { cmd: pallet.cmd }),
    ...(pallet.env && { env: pallet.env }),
    ...(pallet.workdir && { workdir: pallet.workdir }),
    ...(pallet.labels && { labels: pallet.labels }),
  };
}
