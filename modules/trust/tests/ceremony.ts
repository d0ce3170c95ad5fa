/** Three maintainers and three builders, whose keys are made for each run and are kept nowhere. */
import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import {
  type Attached,
  type Circumstances,
  type Claim,
  confirm,
  type Evidence,
  evaluate,
  type Known,
  keyId,
  type Policy,
  type PolicyFile,
  parsePolicy,
  type Question,
  type Signature,
  signForCosign,
  verifyConfirmation,
  verifyForCosign,
} from "../src/index.ts";

export const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

export interface Person {
  readonly name: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** Id of the key. */
  readonly id: string;
  /** The public key as lines of PEM. */
  readonly pem: string[];
}

export function person(name: string, type: "ed25519" | "ec" = "ed25519"): Person {
  const { privateKey, publicKey } =
    type === "ec" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("ed25519");
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString().trimEnd().split("\n");
  return { name, privateKey, publicKey, id: keyId(publicKey), pem };
}

// cosign makes keys of P-256, and others may have either.
export const [alice, bob, carol] = [person("alice", "ec"), person("bob", "ec"), person("carol")];
export const [dora, emil, fay] = [person("dora"), person("emil"), person("fay")];
export const mallory = person("mallory");

export const repository = "registry.example.org/stagex/tinycc";
export const image = digest("the image");
export const recipe = digest("the recipe");
export const now = new Date("2026-06-01T12:00:00Z");

export const keyOf = ({ pem }: Person) => ({ type: "pem" as const, publicKey: pem });

/** Two of three have to sign, and two of three to confirm. */
export function policyFile(): PolicyFile {
  return {
    stagexPolicy: 1,
    people: {
      ...Object.fromEntries([alice, bob, carol].map((one) => [one.name, { keys: [keyOf(one)] }])),
      dora: { operator: "Dora's", keys: [keyOf(dora)] },
      emil: { operator: "Emil's", keys: [keyOf(emil)] },
      fay: { operator: "Emil's", keys: [keyOf(fay)] },
    },
    images: {
      [repository]: {
        signatures: { threshold: 2, of: ["alice", "bob", "carol"] },
        confirmations: { threshold: 2, of: ["dora", "emil", "fay"] },
      },
    },
  };
}

/** {@link policyFile} after a change. */
export function policyWith(change: (file: PolicyFile) => void): Policy {
  const file = policyFile();
  change(file);
  return parsePolicy(JSON.stringify(file), "policy.json");
}

export const policy = policyWith(() => {});

export const claimOf = (changes: Partial<Claim> = {}): Claim => ({
  ...{ repository, image, release: 5, recipe },
  signed: new Date("2026-05-01T00:00:00Z"),
  expires: new Date("2027-05-01T00:00:00Z"),
  ...changes,
});

/** A cosign signature, as it is found beside an image and checked with the keys of a policy. */
export function signedBy(who: Person, changes: Partial<Claim> = {}, by: Policy = policy): Signature {
  const made = signForCosign(claimOf(changes), who.privateKey);
  return verifyForCosign({ kind: "cosign", source: `by ${who.name}`, ...made }, by, [
    "alice",
    "bob",
    "carol",
  ]);
}

export const circumstances: Circumstances = {
  machine: { cpuVendor: "GenuineIntel", cpuModel: "Some CPU", kernel: "Linux 6.1.0" },
  executor: "sandbox",
  sandbox: "user namespaces",
  stagex: "0.1.0",
  time: new Date("2026-05-02T00:00:00Z"),
};

export function confirmedBy(
  who: Person,
  { machine, time, ...changes }: Partial<Known & Pick<Circumstances, "machine" | "time">> = {},
) {
  const subject: Known = { kind: "pallet", name: "tinycc", recipe, digest: image, ...changes };
  const at = { ...circumstances, ...(machine && { machine }), ...(time && { time }) };
  return { source: `by ${who.name}`, text: confirm(subject, who, at) };
}

export const question: Question = { repository, image, now };

/** Signatures that were checked, and confirmations as they were found. */
export type Found = Pick<Evidence, "signatures"> & { readonly confirmations: readonly Attached[] };

/** Enough for {@link policy}. */
export const enough: Found = {
  signatures: [signedBy(alice), signedBy(bob)],
  confirmations: [confirmedBy(dora), confirmedBy(emil)],
};

/** The verdict on {@link enough} with these changes. */
export function judge(changes: Partial<Found>, by: Policy = policy, asked: Partial<Question> = {}) {
  const { signatures, confirmations } = { ...enough, ...changes };
  const verified = confirmations.map((one) => verifyConfirmation(one, by));
  return evaluate(by, { signatures, confirmations: verified }, { ...question, ...asked });
}
