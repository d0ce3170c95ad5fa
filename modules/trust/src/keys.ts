/** Keys for signatures by node:crypto: Ed25519, and ECDSA on P-256, which cosign makes. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { reasonOf, StagexError } from "@stagex/core";

/** Digest of a public key in SubjectPublicKeyInfo form: by it, the key is known. */
export const keyId = (key: KeyObject): string => {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return `sha256:${createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex")}`;
};

/** {@link keyId} of a public key in PEM, without a look at what is in it. */
export const pemId = (pem: string): string => {
  const der = Buffer.from(pem.replace(/-----[A-Z ]+-----/g, ""), "base64");
  return `sha256:${createHash("sha256").update(der).digest("hex")}`;
};

export const isEd25519 = (key: KeyObject): boolean => key.asymmetricKeyType === "ed25519";

const isP256 = (key: KeyObject): boolean =>
  key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1";

/** @throws Error that says what is wrong with the PEM text */
export function parsePublicKey(pem: string): KeyObject {
  if (!pem.startsWith("-----BEGIN PUBLIC KEY-----")) throw new Error("it is not a public key in PEM");
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw new Error("it is not a public key in PEM");
  }
  if (isEd25519(key) || isP256(key)) return key;
  throw new Error("it is neither an Ed25519 key nor an ECDSA key on P-256");
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
