import { UnexpectedTree } from "@stagex/build";
import { palletDigest } from "@stagex/build/pallet";
import {
  closure,
  type Lock,
  type LockedPallet,
  packagesOf,
  pinTrees,
  type Sha256,
  StagexError,
} from "@stagex/core";
import { type BuildingOptions, type Workshop, withBuilder } from "../building.ts";
import { openSession, readLock, writeLock } from "../session.ts";

/**
 * `stagex pin [NAME...]`: builds the named packages, and those without a pinned tree that they need, twice; pins the
 * tree if both builds agree. The second build differs in time, work folder, process ids and neighbours. What loses its pin
 * by that is pinned again. Without a name, it pins all that is not.
 */
export async function pin(names: string[], options: BuildingOptions): Promise<void> {
  const session = openSession(options);
  const locked = readLock(session);
  const named = names.filter((name) => !Object.hasOwn(locked.pallets, name));
  const needed = (names.length > 0 ? names : Object.keys(locked.packages)).flatMap((name) =>
    packagesOf(locked, name),
  );

  const open = pinTrees(locked, new Map(named.map((name) => [name, null])));
  const below = new Set(closure(open, needed));
  const targets = closure(open, Object.keys(open.packages)).filter((name) => {
    const losesPin = locked.packages[name]?.tree !== null;
    return open.packages[name]?.tree === null && (below.has(name) || losesPin);
  });

  const pinned = await withBuilder(
    session,
    open,
    options,
    async (workshop) => {
      await verifyInputs(open, targets, workshop);
      const trees = await buildTwice(open, targets, workshop);
      const withTrees = pinTrees(open, trees, locked);
      const pallets = Object.keys(locked.pallets).filter((name) => {
        const losesPin = locked.pallets[name]?.image !== null;
        const isOpen = withTrees.pallets[name]?.image === null && (names.length === 0 || losesPin);
        return isOpen || names.includes(name);
      });
      return pinImages(withTrees, pallets, workshop);
    },
    { rebuild: (name) => named.includes(name) },
  );

  writeLock(session, pinned);
  report(locked, pinned, options.json ?? false);
}

/** What was changed on the disk must not decide what is pinned. */
async function verifyInputs(lock: Lock, targets: readonly string[], { store }: Workshop): Promise<void> {
  for (const name of closure(lock, targets)) {
    const tree = lock.packages[name]?.tree;
    if (tree && store.has(tree)) await store.verify(tree);
  }
}

async function buildTwice(
  lock: Lock,
  targets: readonly string[],
  { builder }: Workshop,
): Promise<Map<string, Sha256>> {
  const first = await builder.build(targets);
  const again = builder.with({
    lock: pinTrees(lock, first),
    rebuild: (name) => targets.includes(name),
    caches: [],
  });
  await again.build(targets).catch((error) => {
    throw error instanceof UnexpectedTree ? unstable(error) : error;
  });
  return new Map(targets.map((name) => [name, first.get(name) as Sha256]));
}

const unstable = (error: UnexpectedTree) =>
  new StagexError("build", {
    cannot: `pin ${error.package}`,
    because: "two builds of it gave two trees",
    remedy: [
      `The second is kept at ${error.tree}. It differs in:`,
      ...error.differences.map((line) => `  ${line}`),
      "Its build depends on what changes from build to build, such as the time, a process ID or a random number.",
    ].join("\n"),
  });

/** Pins the images of pallets. */
async function pinImages(lock: Lock, names: readonly string[], { builder, store }: Workshop): Promise<Lock> {
  const pinned = structuredClone(lock);
  for (const name of names) {
    const pallet = pinned.pallets[name] as LockedPallet;
    const trees = await builder.with({ lock }).build(pallet.packages);
    for (const part of pallet.packages) await store.verify(trees.get(part) as Sha256);
    pallet.image = await palletDigest(lock, name, trees, store);
  }
  return pinned;
}

function report(before: Lock, after: Lock, json: boolean): void {
  const packages = changes(before.packages, after.packages, ({ tree }) => tree);
  const pallets = changes(before.pallets, after.pallets, ({ image }) => image);
  if (json) {
    console.log(JSON.stringify({ packages, pallets }));
    return;
  }
  for (const [name, tree] of Object.entries(packages)) console.log(`pinned ${name} ${tree}`);
  for (const [name, image] of Object.entries(pallets)) console.log(`pinned pallet ${name} ${image}`);
}

/** Digests that are not what they were, by name. */
function changes<T>(
  before: Readonly<Record<string, T>>,
  after: Readonly<Record<string, T>>,
  digest: (block: T) => Sha256 | null,
): Record<string, Sha256 | null> {
  const was = (name: string) => (before[name] ? digest(before[name]) : null);
  const now = Object.entries(after).map(([name, block]) => [name, digest(block)] as const);
  return Object.fromEntries(now.filter(([name, pinned]) => pinned !== was(name)));
}
