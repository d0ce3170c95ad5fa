/** What a software bill of materials tells, in no format yet. Pure: all of it is in the lock. */
import { createHash } from "node:crypto";
import {
  closure,
  type Lock,
  type LockedPackage,
  type LockedPallet,
  type LockedSource,
  palletNamed,
  type Sha256,
  StagexError,
} from "@stagex/core";

export interface Bill {
  readonly name: string;
  readonly pallet: LockedPallet;
  readonly image: Sha256;
  /** Time of every document: the lock's epoch, as RFC 3339. */
  readonly created: string;
  /** The packages in the image and their ancestry, inputs before what uses them. */
  readonly components: readonly Component[];
  /** Every source of the components once, by digest. */
  readonly sources: readonly LockedSource[];
  /** Digest of all that the bill tells; it takes the place of a random number where a format wants one. */
  readonly digest: Sha256;
}

export interface Component {
  readonly name: string;
  readonly locked: LockedPackage;
  readonly tree: Sha256;
  /** Whether it is in the image; else it only took part in building what is. */
  readonly shipped: boolean;
}

/**
 * The bill of a pallet: what is in the image, and its ancestry, which is every package that took part in building
 * it, down to the seed.
 *
 * @throws StagexError of kind `usage` for an unknown name, of kind `lock` where a digest is not pinned
 */
export function billOf(lock: Lock, name: string): Bill {
  const pallet = palletNamed(lock, name);
  const components = closure(lock, pallet.packages).map((one): Component => {
    const locked = lock.packages[one] as LockedPackage;
    if (locked.tree === null) throw notPinned(name, `the lock pins no tree for ${one}`);
    return { name: one, locked, tree: locked.tree, shipped: pallet.packages.includes(one) };
  });
  if (pallet.image === null) throw notPinned(name, "the lock pins no image for it");
  const all = components.flatMap(({ locked }) => locked.sources);
  const sources = [...new Map(all.map((source) => [source.sha256, source])).values()];
  const digest = createHash("sha256")
    .update(JSON.stringify([name, pallet, components, lock.epoch]))
    .digest("hex");
  const created = `${new Date(lock.epoch * 1000).toISOString().slice(0, -5)}Z`;
  return { name, pallet, image: pallet.image, created, components, sources, digest };
}

const notPinned = (name: string, because: string) =>
  new StagexError("lock", {
    cannot: `describe pallet ${name}`,
    because,
    remedy: "Run `stagex pin` first.",
  });

/** Where a source may be downloaded by its URL alone. */
export const urlOf = ({ from }: LockedSource): string | undefined =>
  from.find((place) => /^https?:/.test(place));
