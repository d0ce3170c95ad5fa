/** Signed envelopes: DSSE 1.0.2, https://github.com/secure-systems-lab/dsse */
import { type KeyObject, sign, verify } from "node:crypto";
import * as v from "valibot";
import { parseDocument } from "./document.ts";
import { isEd25519, keyId } from "./keys.ts";

/** Payload type of in-toto statements. */
const PAYLOAD_TYPE = "application/vnd.in-toto+json";

const base64 = v.pipe(
  v.string(),
  v.check((text) => Buffer.from(text, "base64").toString("base64") === text, "is not base64"),
);

const envelope = v.strictObject({
  payloadType: v.literal(PAYLOAD_TYPE, `is not ${PAYLOAD_TYPE}`),
  payload: base64,
  signatures: v.strictTuple(
    [v.strictObject({ keyid: v.string(), sig: base64 })],
    "is not exactly one signature",
  ),
});

export interface Envelope {
  /** See {@link keyId}; a hint, until the signature is checked with that key. */
  readonly keyid: string;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/** A statement in an envelope with one signature, as JSON. */
export function seal(statement: object, key: KeyObject): string {
  const payload = Buffer.from(JSON.stringify(statement));
  const sig = sign(hashOf(key), preAuthentication(payload), key).toString("base64");
  return `${JSON.stringify(
    {
      payloadType: PAYLOAD_TYPE,
      payload: payload.toString("base64"),
      signatures: [{ keyid: keyId(key), sig }],
    },
    null,
    2,
  )}\n`;
}

/** @throws Error that says what is wrong with the envelope; its signature is not looked at */
export function openEnvelope(document: Uint8Array | string): Envelope {
  const { payload, signatures } = parseDocument(document, envelope);
  const [{ keyid, sig }] = signatures;
  return { keyid, payload: Buffer.from(payload, "base64"), signature: Buffer.from(sig, "base64") };
}

export const isSignedBy = ({ payload, signature }: Envelope, key: KeyObject): boolean =>
  verify(hashOf(key), preAuthentication(payload), key, signature);

/** What is signed: the payload with its type and both lengths, so that neither can pass as something else. */
const preAuthentication = (payload: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `), payload]);

/** Ed25519 hashes by itself. */
const hashOf = (key: KeyObject) => (isEd25519(key) ? null : "sha256");
