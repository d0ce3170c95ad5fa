/** Signatures that cosign and the containers library check: over the payload's bytes, kept in an annotation. */
import { type KeyObject, sign, verify } from "node:crypto";
import { type Attachment, COSIGN_SIGNATURE, type Found } from "./attachments.ts";
import { type Claim, writeClaim } from "./claim.ts";
import type { Signature } from "./evaluate.ts";
import { isEd25519 } from "./keys.ts";
import type { Policy } from "./policy.ts";

export function signForCosign(claim: Claim, key: KeyObject): Attachment {
  const content = Buffer.from(writeClaim(claim, "cosign"));
  const signature = sign(hashOf(key), content, key).toString("base64");
  return { content, annotations: { [COSIGN_SIGNATURE]: signature } };
}

/**
 * Such a signature does not say by whom it is, so each key is tried of those who may sign.
 *
 * @param allowed names of people
 */
export function verifyForCosign(
  { content, annotations = {}, source }: Found,
  policy: Policy,
  allowed: readonly string[],
): Signature {
  const signature = Buffer.from(annotations[COSIGN_SIGNATURE] ?? "", "base64");
  for (const { id, person, publicKey } of policy.keys.values()) {
    if (!publicKey || !allowed.includes(person)) continue;
    if (verify(hashOf(publicKey), content, publicKey, signature))
      return { source, key: id, payload: content };
  }
  return { source, refused: "it is by no key of those who may sign this image" };
}

const hashOf = (key: KeyObject) => (isEd25519(key) ? null : "sha256");
