import { createHash } from "node:crypto";
import { type Lock, packageNamed, palletNamed, type Sha256, StagexError } from "@stagex/core";

/** What can be confirmed: the tree of a package, or the image of a pallet. */
export interface Subject {
  readonly kind: "package" | "pallet";
  readonly name: string;
}

/** What the lock says of a subject: what decides it, and what it is. */
export interface Known extends Subject {
  /** Digest of all that decides the result: a package's key, or {@link palletRecipe}. */
  readonly recipe: Sha256;
  /** Digest of the tree or of the image. */
  readonly digest: Sha256;
}

/** @throws StagexError of kind `usage` for an unknown name, of kind `lock` where nothing is pinned */
export function knownIn(lock: Lock, { kind, name }: Subject): Known {
  const [recipe, digest] =
    kind === "package"
      ? [packageNamed(lock, name).key, packageNamed(lock, name).tree]
      : [palletRecipe(lock, name), palletNamed(lock, name).image];
  if (recipe !== null && digest !== null) return { kind, name, recipe, digest };
  throw new StagexError("lock", {
    cannot: `tell what ${kind} ${name} is to be`,
    because: "the lock pins nothing for it",
    remedy: `Run \`stagex pin ${name}\` first.`,
  });
}

/** Digest of all that decides a pallet's image: its own description, and the recipes and trees of its packages. */
function palletRecipe(lock: Lock, name: string): Sha256 {
  const { image: _, ...description } = palletNamed(lock, name);
  const packages = description.packages.map((part) => {
    const { version, license, platform, key, tree } = packageNamed(lock, part);
    return { part, version, license, platform, key, tree };
  });
  return createHash("sha256")
    .update(JSON.stringify([name, lock.epoch, description, packages]))
    .digest("hex");
}
