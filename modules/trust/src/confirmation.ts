/**
 * Confirmations: builder B, on this processor and kernel, built S by recipe R from its sources, and it became D. An
 * in-toto statement (https://github.com/in-toto/attestation, version 1) in a DSSE envelope.
 */
import type { KeyObject } from "node:crypto";
import { reasonOf } from "@stagex/core";
import * as v from "valibot";
import { formatTime, hex256, label, parseDocument, time } from "./document.ts";
import { type Envelope, isSignedBy, openEnvelope, seal } from "./dsse.ts";
import { idOfPem, parsePublicKey } from "./keys.ts";
import type { Policy } from "./policy.ts";
import type { Known } from "./recipe.ts";
import { URN } from "./version.ts";

const PREDICATE_TYPE = `${URN}:confirmation:1`;

/** A name that may become part of a file's name. */
const plainName = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9+._-]{0,100}$/, "is not a plain name"));

const statement = v.strictObject({
  _type: v.literal("https://in-toto.io/Statement/v1"),
  subject: v.strictTuple([v.strictObject({ name: plainName, digest: v.strictObject({ sha256: hex256 }) })]),
  predicateType: v.literal(PREDICATE_TYPE, "is not a confirmation's"),
  predicate: v.strictObject({
    kind: v.picklist(["package", "pallet"]),
    recipe: hex256,
    builder: v.strictObject({ name: plainName, key: v.array(v.string()) }),
    machine: v.strictObject({ cpuVendor: label, cpuModel: label, kernel: label }),
    executor: label,
    sandbox: label,
    stagex: label,
    time,
  }),
});

/** Where and by what a build ran. All of it is the builder's own word. */
export interface Circumstances {
  readonly machine: { readonly cpuVendor: string; readonly cpuModel: string; readonly kernel: string };
  /** What ran the steps: `sandbox` or `dagger`. */
  readonly executor: string;
  /** What kept the steps apart from the machine. */
  readonly sandbox: string;
  readonly stagex: string;
  readonly time: Date;
}

export interface Confirmation extends Known {
  readonly builder: string;
  /** See `keyId`. */
  readonly keyid: string;
  readonly machine: Circumstances["machine"];
  readonly executor: string;
  /** RFC 3339. */
  readonly time: string;
}

/** A signed confirmation, as the text of its file. */
export function confirm(
  { kind, name, recipe, digest }: Known,
  builder: { readonly name: string; readonly privateKey: KeyObject; readonly publicKey: KeyObject },
  { time: when, ...circumstances }: Circumstances,
): string {
  const pem = builder.publicKey.export({ type: "spki", format: "pem" }) as string;
  const said: v.InferOutput<typeof statement> = {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name, digest: { sha256: digest } }],
    predicateType: PREDICATE_TYPE,
    predicate: {
      kind,
      recipe,
      builder: { name: builder.name, key: pem.trimEnd().split("\n") },
      ...circumstances,
      time: formatTime(when),
    },
  };
  return seal(v.parse(statement, said), builder.privateKey);
}

/**
 * Reads a confirmation and checks its signature by the key that it gives itself, which shows only that nobody changed
 * it since. Whether that key is anyone's is for a policy to say.
 *
 * @throws Error that says what is wrong
 */
export const readConfirmation = (document: Uint8Array | string): Confirmation =>
  readOpened(openEnvelope(document));

/** @param key the one that the policy has under the envelope's `keyid`; without it, the one that is in the statement */
function readOpened(envelope: Envelope, key?: KeyObject): Confirmation {
  const { subject, predicate } = parseDocument(envelope.payload, statement);
  const pem = predicate.builder.key.join("\n");
  if (idOfPem(pem) !== envelope.keyid) throw new Error("it names another key than the one that signed it");
  if (!isSignedBy(envelope, key ?? parsePublicKey(pem).key))
    throw new Error("it was changed after it was signed");
  const [{ name, digest }] = subject;
  const { kind, recipe, builder, machine, executor, time: when } = predicate;
  return {
    ...{ kind, name, recipe, digest: digest.sha256 },
    ...{ builder: builder.name, keyid: envelope.keyid, machine, executor, time: when },
  };
}

/** An envelope that nobody has looked into. */
export interface Attached {
  readonly source: string;
  readonly text: Uint8Array | string;
}

/** A confirmation, after its signature was checked. */
export type VerifiedConfirmation = { readonly source: string } & (
  | { readonly confirmation: Confirmation }
  | { /** Why it proves nothing. */ readonly refused: string }
);

/** Reads a confirmation and checks its signature by a key of the policy. Whether its owner may confirm is another question. */
export function verifyConfirmation({ source, text }: Attached, policy: Policy): VerifiedConfirmation {
  try {
    const envelope = openEnvelope(text);
    const key = policy.keys.get(envelope.keyid);
    if (!key) throw new Error(`nobody in the policy has its key ${envelope.keyid}`);
    return { source, confirmation: readOpened(envelope, key.publicKey) };
  } catch (error) {
    return { source, refused: reasonOf(error) };
  }
}

/**
 * Where a confirmation is kept below `confirmations/`: a file for each subject, recipe and builder's key, so that
 * those of different builders never touch the same file.
 */
export const confirmationPath = ({ kind, name, recipe, builder, keyid }: Confirmation): string =>
  `${kind}s/${name}/${recipe.slice(0, 16)}/${builder}-${keyid.slice("sha256:".length, "sha256:".length + 16)}.json`;
