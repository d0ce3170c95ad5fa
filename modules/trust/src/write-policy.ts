/** Writing policies, telling what they ask for, and turning them into those of container engines. */
import { reasonOf, StagexError } from "@stagex/core";
import { parsePublicKey } from "./keys.ts";
import { dearmour, fingerprintOf } from "./openpgp.ts";
import { type ImagePolicy, imagePolicy, type Policy, type PolicyFile } from "./policy.ts";

export interface PersonKey {
  readonly person: string;
  readonly operator?: string;
  /** A public key: PEM, or an armoured OpenPGP block. */
  readonly text: string;
  readonly path: string;
}

export interface NewPolicy {
  readonly repository: string;
  readonly signers: readonly PersonKey[];
  readonly builders: readonly PersonKey[];
  readonly signatures: number;
  readonly confirmations: number;
  readonly expires?: string;
}

/** @throws StagexError of kind `usage` for a key that cannot be used */
export function writePolicy({
  repository,
  signers,
  builders,
  signatures,
  confirmations,
  expires,
}: NewPolicy) {
  const people: PolicyFile["people"] = {};
  for (const { person, operator, text, path } of [...signers, ...builders]) {
    const entry = (people[person] ??= { ...(operator !== undefined && { operator }), keys: [] });
    const key = describeKey(text, path);
    if (!entry.keys.some((one) => one.publicKey.join() === key.publicKey.join())) entry.keys.push(key);
  }
  const names = (list: readonly PersonKey[]) => [...new Set(list.map(({ person }) => person))];
  const policy: PolicyFile = {
    stagexPolicy: 1,
    ...(expires !== undefined && { expires }),
    people,
    revoked: [],
    images: {
      [repository]: {
        minimumRelease: 0,
        signatures: { threshold: signatures, of: names(signers) },
        ...(builders.length > 0 && {
          confirmations: { threshold: confirmations, of: names(builders), distinct: {} },
        }),
      },
    },
  };
  return policy;
}

function describeKey(text: string, path: string): PolicyFile["people"][string]["keys"][number] {
  const publicKey = text.trimEnd().split("\n");
  if (text.startsWith("-----BEGIN PGP PUBLIC KEY BLOCK-----")) {
    return { type: "openpgp", fingerprint: fingerprintOf(text, path), publicKey };
  }
  try {
    parsePublicKey(text);
  } catch (cause) {
    throw new StagexError("usage", { cannot: `use the key ${path}`, because: reasonOf(cause), cause });
  }
  return { type: "pem", publicKey };
}

/** What a policy asks for, in sentences. */
export function explainPolicy(policy: Policy): string {
  const lines = Object.entries(policy.images).flatMap(([repository, rule]) => [
    `${repository} is trusted if`,
    ...explainImage(rule).map((line) => `  - ${line}`),
  ]);
  const keys = [...policy.keys.values()].map(({ id, person, operator, expires }) =>
    [
      `  ${person}${operator ? ` of ${operator}` : ""}: ${id}`,
      expires && `until ${expires}`,
      policy.revoked.has(id) && "revoked, so it counts for nothing",
    ]
      .filter(Boolean)
      .join(", "),
  );
  return [
    ...lines,
    "Nothing else is trusted.",
    ...(policy.expires ? [`The policy itself holds until ${policy.expires}.`] : []),
    "Keys:",
    ...keys,
  ].join("\n");
}

function explainImage({ signatures, confirmations, minimumRelease }: ImagePolicy): string[] {
  const distinct = Object.entries(confirmations?.distinct ?? {}).map(
    ([what, wanted]) => `the confirmations are of ${wanted} different ${words[what as keyof typeof words]}`,
  );
  return [
    `${signatures.threshold} of these people sign the same claim of it: ${signatures.of.join(", ")}`,
    `it is release ${minimumRelease} or newer, and no older than one that was trusted before on this machine`,
    ...(confirmations
      ? [
          `${confirmations.threshold} of these people rebuilt it from its sources and got the same: ${confirmations.of.join(", ")}`,
          ...(confirmations.maxAgeDays ? [`they did so in the last ${confirmations.maxAgeDays} days`] : []),
          ...distinct,
        ]
      : []),
  ];
}

const words = { cpuVendors: "CPU vendors", operators: "operators", kernels: "kernels" } as const;

export interface Export {
  readonly repository: string;
  readonly format: "openpgp" | "cosign";
  /** Who has to sign; by default everyone of the rule, which has to ask for everyone then. */
  readonly signers?: readonly string[];
}

/**
 * containers-policy.json(5), which asks for the signatures of certain people: one requirement for each of them. One
 * requirement with the keys of several would be met by any one of them.
 *
 * @throws StagexError of kind `usage` where the rule asks for some of more people, which that format cannot say
 */
export function containersPolicy(policy: Policy, { repository, format, signers }: Export): object {
  const required = requiredSigners(policy, repository, signers);
  return {
    default: [{ type: "reject" }],
    transports: { docker: { [repository]: required.map((person) => requirement(policy, person, format)) } },
  };
}

function requiredSigners(
  policy: Policy,
  repository: string,
  chosen: readonly string[] | undefined,
): readonly string[] {
  const { threshold, of } = imagePolicy(policy, repository).signatures;
  const signers = [...new Set(chosen ?? of)];
  const cannot = `export the rule for ${repository}`;
  const stranger = signers.find((name) => !of.includes(name));
  if (stranger)
    throw new StagexError("usage", { cannot, because: `${stranger} is not among those who may sign it` });
  if (signers.length >= threshold && (chosen || signers.length === threshold)) return signers;
  throw new StagexError("usage", {
    cannot,
    because: chosen
      ? `it asks for ${threshold} signatures, and ${signers.length} people are named`
      : `it asks for ${threshold} of ${of.length} people, and that format can only name people who all have to sign`,
    remedy: `Name at least ${threshold} with --signers, of ${of.join(", ")}.`,
  });
}

function keysOf(policy: Policy, person: string, format: Export["format"]) {
  const keys = [...policy.keys.values()].filter(
    (key) =>
      key.person === person &&
      !policy.revoked.has(key.id) &&
      (key.publicKey === undefined) === (format === "openpgp"),
  );
  if (keys.length > 0) return keys;
  throw new StagexError("usage", {
    cannot: `ask for a signature by ${person}`,
    because: `the policy has no good key of theirs for ${format === "openpgp" ? "OpenPGP" : "cosign"}`,
    remedy: "Name others with --signers, or use the other --format.",
  });
}

function requirement(policy: Policy, person: string, format: Export["format"]): object {
  const keys = keysOf(policy, person, format);
  const identity = { signedIdentity: { type: "matchRepository" } };
  const data = keys.map(({ text }) => (format === "openpgp" ? dearmour(text) : Buffer.from(text)));
  if (format === "openpgp") {
    return {
      type: "signedBy",
      keyType: "GPGKeys",
      keyData: Buffer.concat(data).toString("base64"),
      ...identity,
    };
  }
  const encoded = data.map((one) => one.toString("base64"));
  return {
    type: "sigstoreSigned",
    ...(encoded.length === 1 ? { keyData: encoded[0] } : { keyDatas: encoded }),
    ...identity,
  };
}

/** A ClusterPolicy of Kyverno, which can say k of n. It sees cosign's signatures, and no confirmations. */
export function kyvernoPolicy(policy: Policy, repository: string): object {
  const { threshold, of } = imagePolicy(policy, repository).signatures;
  const entries = of.map((person) => {
    const keys = keysOf(policy, person, "cosign").map(({ text }) => ({
      keys: { publicKeys: text, rekor: { ignoreTlog: true }, ctlog: { ignoreSCT: true } },
    }));
    // A person with several keys counts once.
    return keys.length === 1 ? keys[0] : { attestor: { count: 1, entries: keys } };
  });
  return {
    apiVersion: "kyverno.io/v1",
    kind: "ClusterPolicy",
    metadata: { name: repository.replace(/[^a-z0-9]+/g, "-") },
    spec: {
      validationFailureAction: "Enforce",
      failurePolicy: "Fail",
      background: false,
      rules: [
        {
          name: "signed-by-several-people",
          match: { any: [{ resources: { kinds: ["Pod"] } }] },
          verifyImages: [
            {
              type: "Cosign",
              imageReferences: [`${repository}:*`, `${repository}@*`],
              required: true,
              mutateDigest: true,
              verifyDigest: true,
              attestors: [{ count: threshold, entries }],
            },
          ],
        },
      ],
    },
  };
}
