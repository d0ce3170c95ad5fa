/** Whom a user trusts for what. A policy is a file that a person writes and reads. */
import type { KeyObject } from "node:crypto";
import { reasonOf, StagexError } from "@stagex/core";
import * as v from "valibot";
import { count, label, parseDocument, time } from "./document.ts";
import { type PublicKey, parsePublicKey } from "./keys.ts";

const person = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9._-]{0,100}$/, "is not a plain name"));
const lines = v.pipe(v.array(v.string()), v.minLength(1));
const fingerprint = v.pipe(
  v.string(),
  v.regex(/^[0-9A-F]{40}$/, "is not a fingerprint of 40 capital hexadecimal digits"),
);
const some = v.pipe(count, v.minValue(1, "has to be 1 at least"));

/** A repository with its registry, without a tag. What it is written like is what is compared: no short forms. */
export const repositoryName = v.pipe(
  v.string(),
  v.regex(
    /^(?=[^/]*[.:]|localhost\/)[a-z0-9.-]+(?::[0-9]{1,5})?(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)+$/,
    "is not a repository such as registry.example.org/stagex/tinycc",
  ),
);

const key = v.variant("type", [
  v.strictObject({
    type: v.literal("openpgp"),
    fingerprint,
    /** An armoured key block, line by line. */
    publicKey: lines,
    expires: v.optional(time),
  }),
  v.strictObject({
    /** A public key in PEM, line by line: for cosign's signatures and for confirmations. */
    type: v.literal("pem"),
    publicKey: lines,
    expires: v.optional(time),
  }),
]);

const people = v.pipe(v.array(person), v.minLength(1, "names nobody"));

const image = v.strictObject({
  /** Releases below it are refused. */
  minimumRelease: v.optional(count, 0),
  signatures: v.strictObject({ threshold: some, of: people }),
  confirmations: v.optional(
    v.strictObject({
      threshold: some,
      of: people,
      maxAgeDays: v.optional(some),
      /** How many different ones there have to be among the confirmations. */
      distinct: v.optional(
        v.strictObject({
          cpuVendors: v.optional(some),
          operators: v.optional(some),
          kernels: v.optional(some),
        }),
        {},
      ),
    }),
  ),
});

const policySchema = v.strictObject({
  stagexPolicy: v.literal(1, "is not a version that this program knows"),
  expires: v.optional(time),
  people: v.record(
    person,
    v.strictObject({ operator: v.optional(label), keys: v.pipe(v.array(key), v.minLength(1)) }),
  ),
  /** Ids or fingerprints of keys that no longer count, whoever's they are. */
  revoked: v.optional(v.array(v.string()), []),
  /** What has to hold for an image, by its repository. */
  images: v.record(repositoryName, image),
});

export type PolicyFile = v.InferInput<typeof policySchema>;
export type ImagePolicy = v.InferOutput<typeof image>;

/** One key of one person. */
export interface PolicyKey {
  /** A fingerprint for OpenPGP, else see `keyId`. */
  readonly id: string;
  readonly person: string;
  readonly operator: string | undefined;
  readonly expires: string | undefined;
  readonly text: string;
  /** Undefined for OpenPGP. */
  readonly publicKey: KeyObject | undefined;
}

export interface Policy {
  readonly expires: string | undefined;
  /** By id. */
  readonly keys: ReadonlyMap<string, PolicyKey>;
  readonly revoked: ReadonlySet<string>;
  readonly images: Readonly<Record<string, ImagePolicy>>;
}

/**
 * Reads a policy. Whatever it does not understand to the last member, it refuses.
 *
 * @param path for messages
 * @throws StagexError of kind `usage`
 */
export function parsePolicy(document: Uint8Array | string, path: string): Policy {
  try {
    const file = parseDocument(document, policySchema);
    const keys = keysOf(file);
    for (const [repository, one] of Object.entries(file.images)) {
      checkRule(file, `${repository}: signatures`, one.signatures);
      if (!one.confirmations) continue;
      checkRule(file, `${repository}: confirmations`, one.confirmations);
      checkDistinct(repository, one.confirmations);
    }
    const unknown = file.revoked.find((id) => !/^(?:sha256:[0-9a-f]{64}|[0-9A-F]{40})$/.test(id));
    if (unknown !== undefined)
      throw new Error(`${JSON.stringify(unknown)} in revoked is no key's id or fingerprint`);
    return { expires: file.expires, keys, revoked: new Set(file.revoked), images: file.images };
  } catch (cause) {
    throw new StagexError("usage", {
      cannot: `use the policy ${path}`,
      because: reasonOf(cause),
      remedy:
        "Nothing is trusted by a policy that is not understood in full. `stagex trust policy init` writes one.",
      cause,
    });
  }
}

/** The policy's rule for a repository; no rule is a refusal. */
export function imagePolicy(policy: Policy, repository: string): ImagePolicy {
  const found = Object.hasOwn(policy.images, repository) ? policy.images[repository] : undefined;
  if (found) return found;
  throw new StagexError("build", {
    cannot: `trust ${repository}`,
    because: "the policy has no rule for that repository",
    remedy: `It has rules for ${Object.keys(policy.images).join(", ") || "none"}.`,
  });
}

function keysOf(file: v.InferOutput<typeof policySchema>): Map<string, PolicyKey> {
  const keys = new Map<string, PolicyKey>();
  for (const [name, { operator, keys: own }] of Object.entries(file.people)) {
    for (const one of own) {
      const text = `${one.publicKey.join("\n")}\n`;
      const { id, key: publicKey } =
        one.type === "pem" ? readKey(text, name) : { id: one.fingerprint, key: undefined };
      const other = keys.get(id);
      if (other) throw new Error(`the key ${id} is there twice: as ${other.person}'s and as ${name}'s`);
      keys.set(id, { id, person: name, operator, expires: one.expires, text, publicKey });
    }
  }
  return keys;
}

function readKey(text: string, name: string): PublicKey {
  try {
    return parsePublicKey(text);
  } catch (error) {
    throw new Error(`a key of ${name} cannot be used: ${reasonOf(error)}`);
  }
}

interface Rule {
  readonly threshold: number;
  readonly of: readonly string[];
}

function checkRule(file: v.InferOutput<typeof policySchema>, where: string, { threshold, of }: Rule): void {
  const unknown = of.find((name) => !Object.hasOwn(file.people, name));
  if (unknown !== undefined) throw new Error(`${where} name ${unknown}, who is not among the people`);
  if (new Set(of).size !== of.length) throw new Error(`${where} name someone twice`);
  if (threshold > of.length) throw new Error(`${where} ask for ${threshold} of ${of.length} people`);
}

function checkDistinct(
  repository: string,
  { of, distinct }: NonNullable<ImagePolicy["confirmations"]>,
): void {
  const [what, wanted] = Object.entries(distinct).find(([, wanted = 0]) => wanted > of.length) ?? [];
  if (what) throw new Error(`${repository}: confirmations ask for ${wanted} ${what} of ${of.length} people`);
}
