/** Keys for signatures by node:crypto: Ed25519, and ECDSA on P-256, which cosign makes. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { reasonOf, StagexError } from "@stagex/core";

/** Digest of a public key in SubjectPublicKeyInfo form: by it, the key is known. */
export const keyId = (key: KeyObject): string => {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return idOf(publicKey.export({ type: "spki", format: "der" }));
};

const idOf = (der: Uint8Array): string => `sha256:${createHash("sha256").update(der).digest("hex")}`;

export const isEd25519 = (key: KeyObject): boolean => key.asymmetricKeyType === "ed25519";

const isP256 = (key: KeyObject): boolean =>
  key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1";

/** What stands before the 32 bytes of an Ed25519 key in SubjectPublicKeyInfo form (RFC 8410). */
const ED25519_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

export interface PublicKey {
  /** See {@link keyId}. */
  readonly id: string;
  readonly key: KeyObject;
}

/** {@link keyId} of a key in PEM, whatever the key is worth. @throws Error if it is no PEM */
export const idOfPem = (pem: string): string => idOf(derOf(pem));

function derOf(pem: string): Buffer {
  const [, base64] =
    /^-----BEGIN PUBLIC KEY-----\n([A-Za-z0-9+/=\n]+)\n-----END PUBLIC KEY-----\n?$/.exec(pem) ?? [];
  if (base64 === undefined) throw new Error("it is not a public key in PEM");
  return Buffer.from(base64, "base64");
}

/** @throws Error that says what is wrong with the PEM text */
export function parsePublicKey(pem: string): PublicKey {
  const der = derOf(pem);
  // OpenSSL takes half a millisecond for either direction, and a policy may have hundreds of keys.
  if (der.length === ED25519_PREFIX.length + 32 && der.indexOf(ED25519_PREFIX) === 0) {
    const x = der.subarray(ED25519_PREFIX.length).toString("base64url");
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    return { id: idOf(der), key };
  }
  const key = decode(der);
  // One form only (uncompressed, 91 bytes), so that one key has one id.
  if (isP256(key) && der.length === 91 && der[26] === 4) return { id: idOf(der), key };
  throw new Error("it is neither an Ed25519 key nor an uncompressed one of ECDSA on P-256");
}

function decode(der: Buffer): KeyObject {
  try {
    return createPublicKey({ key: der, format: "der", type: "spki" });
  } catch {
    throw new Error("it is not a public key in PEM");
  }
}

/** @throws StagexError of kind `usage` that says what is wrong with the file at `path` */
export function parsePrivateKey(pem: string, path: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (isEd25519(key) || isP256(key)) return key;
    throw new Error("it is neither an Ed25519 key nor an ECDSA key on P-256");
  } catch (cause) {
    throw new StagexError("usage", {
      cannot: `sign with ${path}`,
      because: /ed25519/i.test(reasonOf(cause))
        ? reasonOf(cause)
        : "it is not a private key in PEM (PKCS 8) without a passphrase",
      remedy: `\`openssl genpkey -algorithm ed25519 -out FILE\` makes one.`,
      cause,
    });
  }
}
