/**
 * `stagex.lock`: the canonical, sorted, reviewable record of every package's inputs, steps and expected
 * tree. It is the interface between the parts: executors, signers, SBOM writers and other people's tools
 * read it, and none of them reads the package definitions.
 *
 * Two rules make it safe to review and hard to corrupt. Its bytes are canonical: reading and writing it again
 * gives the same bytes, or it is refused. And each package carries the key of its recipe: if a block changes
 * and its `tree` does not, the keys disagree, and it is refused.
 */
import * as v from "valibot";
import { checkLock, lockError } from "./check-lock.ts";
import { StagexError } from "./errors.ts";
import { formatJson, sortMembers } from "./json.ts";
import { orderStep } from "./steps.ts";

/** The version of the lock's format that this program reads and writes. */
export const LOCK_VERSION = 1;

/** Lower-case hexadecimal sha256. */
export type Sha256 = string;

const hex256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "is not a sha256 in lower-case hexadecimal"));
const packageName = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9+._-]*$/, "is not a name of lower-case letters, digits and + . _ -"),
);
const relativePath = v.pipe(
  v.string(),
  v.check(
    (path) => path !== "" && !path.split("/").some((part) => part === "" || part === "." || part === ".."),
    "is not a plain relative path",
  ),
);
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** A text of several lines is kept as a list of its lines, so that a diff shows the line that changed. */
const text = v.union([v.string(), v.array(v.string())]);

const variables = v.record(
  v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not a variable's name")),
  v.string(),
);

const lockedSource = v.strictObject({
  file: relativePath,
  sha256: hex256,
  size: count,
  /** Machine code that a step executes as it is. */
  executable: v.optional(v.literal(true)),
  from: v.array(v.string()),
});

const lockedStep = v.strictObject({
  argv: v.pipe(v.array(text), v.minLength(1)),
  env: v.optional(variables),
  cwd: v.optional(v.string()),
});

const lockedPackage = v.strictObject({
  version: v.string(),
  stage: count,
  /** OCI platform of the tree, `os/architecture[/variant]`. */
  platform: v.string(),
  /** OCI platform on which it is built, where that is another one. */
  buildPlatform: v.optional(v.string()),
  license: v.string(),
  summary: v.string(),
  sources: v.array(lockedSource),
  /** Names of the packages whose trees make up the root; the first that holds a path wins. */
  inputs: v.array(packageName),
  steps: v.array(lockedStep),
  provides: v.optional(v.array(v.string())),
  generated: v.optional(v.array(v.string())),
  /** Digest of all that decides the tree, see `packageKey`; null while an input has no pinned tree. */
  key: v.nullable(hex256),
  /** sha256 of the tree's canonical tar; null until it is pinned. */
  tree: v.nullable(hex256),
});

const lockedPallet = v.strictObject({
  summary: v.string(),
  /** Names of the packages, one layer each, from the lowest layer up. */
  packages: v.array(packageName),
  entrypoint: v.optional(v.array(v.string())),
  cmd: v.optional(v.array(v.string())),
  env: v.optional(variables),
  workdir: v.optional(v.string()),
  labels: v.optional(v.record(v.string(), v.string())),
  /** sha256 of the image's manifest; null until it is pinned. */
  image: v.nullable(hex256),
});

const lockSchema = v.strictObject({
  stagex: v.literal(LOCK_VERSION),
  /** SOURCE_DATE_EPOCH: seconds since 1970; the time of every file in every output. */
  epoch: count,
  /** The whole environment of a step, before what the step itself adds. */
  environment: variables,
  packages: v.record(packageName, lockedPackage),
  pallets: v.record(packageName, lockedPallet),
});

export type LockedSource = v.InferOutput<typeof lockedSource>;
export type LockedStep = v.InferOutput<typeof lockedStep>;
export type LockedPackage = v.InferOutput<typeof lockedPackage>;
export type LockedPallet = v.InferOutput<typeof lockedPallet>;
export type Lock = v.InferOutput<typeof lockSchema>;

/** The path of a source in the repository; undefined for one from elsewhere. */
export const projectPath = ({ from }: LockedSource): string | undefined =>
  from.find((place) => place.startsWith("project:"))?.slice("project:".length);

/** The lock as the bytes of `stagex.lock`. */
export function formatLock(lock: Lock): string {
  const sorted = {
    stagex: lock.stagex,
    epoch: lock.epoch,
    environment: sortMembers(lock.environment),
    packages: mapMembers(sortMembers(lock.packages), orderPackage),
    pallets: mapMembers(sortMembers(lock.pallets), orderPallet),
  };
  return `${formatJson(sorted)}\n`;
}

/**
 * Reads and checks a lock.
 *
 * @throws StagexError of kind `lock` when the text is truncated, of a newer version, not canonical, names
 * what is not there, has a cycle, reaches up a stage, or holds a block that does not match its key.
 */
export function parseLock(text: string): Lock {
  const lock = checkShape(readJson(text));
  checkLock(lock);
  if (!isCanonical(lock, text))
    throw lockError("its text is not in canonical form, so it was edited by hand");
  return lock;
}

/** Whether `text` is what {@link formatLock} makes of the lock that was read from it. */
function isCanonical(lock: Lock, text: string): boolean {
  // The schema has put all members in order but those of records, which are as they were in the text.
  const records = [
    lock.environment,
    lock.packages,
    lock.pallets,
    ...Object.values(lock.pallets).flatMap(recordsOf),
  ];
  const steps = Object.values(lock.packages).flatMap((locked) => locked.steps);
  const sorted = [...records, ...steps.flatMap(recordsOf)].every(isSorted);
  return sorted && `${formatJson(lock)}\n` === text;
}

const recordsOf = (holder: LockedStep | LockedPallet): object[] =>
  [holder.env, "labels" in holder ? holder.labels : undefined].filter((record) => record !== undefined);

const isSorted = (record: object): boolean => {
  const names = Object.keys(record);
  return names.every((name, index) => index === 0 || (names[index - 1] as string) < name);
};

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw lockError("it is not JSON, so it is truncated or damaged", cause);
  }
}

function checkShape(value: unknown): Lock {
  const version = (value as { stagex?: unknown } | null)?.stagex;
  if (typeof version === "number" && version > LOCK_VERSION) {
    throw new StagexError("lock", {
      cannot: "read stagex.lock",
      because: `it has format ${version}, and this program knows ${LOCK_VERSION}`,
      remedy: "Use the stagex of the commit that wrote it, or a newer one.",
    });
  }
  const result = v.safeParse(lockSchema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw lockError(`at ${v.getDotPath(issue) ?? "the top"} it ${explain(issue.message)}`);
}

const explain = (message: string) => (message.startsWith("is ") ? message : `is wrong (${message})`);

const mapMembers = <T, U>(record: Record<string, T>, change: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));

/** Members in the schema's order, however the object was made. */
const ordered = <T extends object>(entries: Record<string, unknown>, value: T): T =>
  Object.fromEntries(Object.keys(entries).map((name) => [name, value[name as keyof T]])) as T;

const orderPackage = (locked: LockedPackage): LockedPackage => ({
  ...ordered(lockedPackage.entries, locked),
  sources: locked.sources.map((source) => ordered(lockedSource.entries, source)),
  steps: locked.steps.map(orderStep),
});

const orderPallet = (pallet: LockedPallet): LockedPallet => {
  const inOrder = ordered(lockedPallet.entries, pallet);
  if (pallet.env) inOrder.env = sortMembers(pallet.env);
  if (pallet.labels) inOrder.labels = sortMembers(pallet.labels);
  return inOrder;
};
