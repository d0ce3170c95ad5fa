/** Policies that are not understood in full are refused, and the others are told and exported. */
import type { KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  containersPolicy,
  explainPolicy,
  kyvernoPolicy,
  type PolicyFile,
  parsePolicy,
  writePolicy,
} from "../src/index.ts";
import {
  alice,
  bob,
  carol,
  dora,
  keyOf,
  mallory,
  person,
  policy,
  policyFile,
  policyWith,
  repository,
} from "./ceremony.ts";

type Rule = PolicyFile["images"][string];
const rule = (file: PolicyFile): Rule => file.images[repository] as Rule;
const confirmations = (file: PolicyFile) => rule(file).confirmations as NonNullable<Rule["confirmations"]>;

/** A point of P-256 in the form of ANSI X9.62 that tells its sign as well. */
function hybrid(key: KeyObject): string[] {
  const der = key.export({ type: "spki", format: "der" });
  der[26] = 6 + ((der.at(-1) as number) & 1);
  return ["-----BEGIN PUBLIC KEY-----", der.toString("base64"), "-----END PUBLIC KEY-----"];
}

describe("a policy is refused", () => {
  const changes: [string, (file: PolicyFile) => void, string][] = [
    [
      "with a key of two people",
      (file) => file.people.bob?.keys.push(keyOf(alice)),
      `the key ${alice.id} is there twice: as alice's and as bob's`,
    ],
    [
      "with a person's key twice",
      (file) => file.people.bob?.keys.push(keyOf(bob)),
      `the key ${bob.id} is there twice`,
    ],
    [
      "with an unknown field",
      (file) => Object.assign(file, { trustAnyone: true }),
      "it has trustAnyone, which nothing here knows",
    ],
    [
      "with an unknown field of a rule",
      (file) => Object.assign(rule(file), { treshold: 2 }),
      `it has images.${repository}.treshold, which`,
    ],
    [
      "of a newer version",
      (file) => Object.assign(file, { stagexPolicy: 2 }),
      "is not a version that this program knows",
    ],
    [
      "with k > n",
      (file) => {
        rule(file).signatures.threshold = 4;
      },
      `${repository}: signatures ask for 4 of 3 people`,
    ],
    [
      "with k = 0",
      (file) => {
        rule(file).signatures.threshold = 0;
      },
      "has to be 1 at least",
    ],
    [
      "with k = 0 confirmations",
      (file) => {
        confirmations(file).threshold = 0;
      },
      "has to be 1 at least",
    ],
    [
      "with half a k",
      (file) => {
        rule(file).signatures.threshold = 1.5;
      },
      "signatures.threshold is not as specified",
    ],
    [
      "with someone twice",
      (file) => {
        rule(file).signatures.of.push("alice");
      },
      `${repository}: signatures name someone twice`,
    ],
    [
      "with someone unknown",
      (file) => {
        confirmations(file).of.push("mallory");
      },
      `${repository}: confirmations name mallory, who is not among the people`,
    ],
    [
      "with nobody",
      (file) => {
        rule(file).signatures.of = [];
      },
      "names nobody",
    ],
    [
      "without signatures",
      (file) => {
        Reflect.deleteProperty(rule(file), "signatures");
      },
      "signatures is not as specified",
    ],
    [
      "with more vendors than builders",
      (file) => {
        confirmations(file).distinct = { cpuVendors: 4 };
      },
      "confirmations ask for 4 cpuVendors of 3 people",
    ],
    [
      "with an image that has no registry",
      (file) => {
        file.images = { "stagex/tinycc": rule(file) };
      },
      "is not a repository such as",
    ],
    [
      "with an image that has a tag",
      (file) => {
        file.images = { [`${repository}:1`]: rule(file) };
      },
      "is not a repository such as",
    ],
    [
      "with a revoked something",
      (file) => {
        file.revoked = ["bob"];
      },
      '"bob" in revoked is no key',
    ],
    [
      "with a time that is none",
      (file) => {
        file.expires = "2026-13-01T00:00:00Z";
      },
      "expires is not as specified: is not a time",
    ],
    [
      "with a broken key",
      (file) => {
        file.people.bob = { keys: [{ type: "pem", publicKey: ["-----BEGIN PUBLIC KEY-----", "AAAA"] }] };
      },
      "a key of bob cannot be used: it is not a public key in PEM",
    ],
    [
      "with a key in a second form, by which it could be two people's",
      (file) => {
        file.people.mallory = { keys: [{ type: "pem", publicKey: hybrid(bob.publicKey) }] };
      },
      "a key of mallory cannot be used: it is neither an Ed25519 key nor an uncompressed one",
    ],
    [
      "with a private key",
      (file) => {
        file.people.bob = {
          keys: [
            { type: "pem", publicKey: [bob.privateKey.export({ type: "pkcs8", format: "pem" }).toString()] },
          ],
        };
      },
      "a key of bob cannot be used: it is not a public key in PEM",
    ],
  ];

  test.each(changes)("%s", (_, change, because) => {
    expect(() => policyWith(change)).toThrow("Cannot use the policy policy.json: because ");
    expect(() => policyWith(change)).toThrow(because);
    expect(() => policyWith(change)).toThrow(
      "Nothing is trusted by a policy that is not understood in full.",
    );
  });

  const texts: [string, string, string][] = [
    ["that is empty", "", "it is not JSON"],
    ["that is no object", "[]", "stagexPolicy is not as specified"],
    [
      "with a member twice",
      JSON.stringify(policyFile()).replace('{"stagexPolicy":1', '{"stagexPolicy":1,"\\u0073tagexPolicy":1'),
      'it has "stagexPolicy" twice',
    ],
    [
      "that is nested deeply",
      `${"[".repeat(200_000)}${"]".repeat(200_000)}`,
      "it is nested more than 32 deep",
    ],
    ["that is huge", " ".repeat(2_000_000), "it is longer than 1048576 bytes"],
  ];
  test.each(texts)("%s", (_, text, because) => {
    expect(() => parsePolicy(text, "policy.json")).toThrow(because);
  });

  test("that is not UTF-8", () => {
    expect(() => parsePolicy(Buffer.from([0x22, 0xff, 0x22]), "policy.json")).toThrow("it is not UTF-8");
  });
});

describe("a new policy", () => {
  const key = ({ name, pem }: typeof alice, path = `${name}.pub`) => ({
    person: name,
    text: `${pem.join("\n")}\n`,
    path,
  });

  test("has each person with all their keys", () => {
    const second = person("alice");
    const file = writePolicy({
      repository,
      signers: [key(alice), key(second), key(bob)],
      builders: [{ ...key(dora), operator: "Dora's" }],
      ...{ signatures: 2, confirmations: 1, expires: "2027-01-01T00:00:00Z" },
    });
    expect(file.people.alice?.keys).toHaveLength(2);
    const read = parsePolicy(JSON.stringify(file), "policy.json");
    expect(explainPolicy(read)).toContain("- 2 of these people sign the same claim of it: alice, bob");
    expect(explainPolicy(read)).toContain(`dora of Dora's: ${dora.id}`);
  });

  test("takes no file that is not a public key", () => {
    const signers = [{ person: "alice", text: "hello", path: "hello.txt" }];
    const made = () => writePolicy({ repository, signers, builders: [], signatures: 1, confirmations: 1 });
    expect(made).toThrow("Cannot use the key hello.txt: because it is not a public key in PEM");
  });
});

describe("for container engines", () => {
  const both = { repository, format: "cosign" } as const;

  test("each signer is a requirement of their own", () => {
    const exported = containersPolicy(policy, { ...both, signers: ["alice", "bob"] }) as {
      default: object[];
      transports: { docker: Record<string, { type: string; keyData: string }[]> };
    };
    expect(exported.default).toEqual([{ type: "reject" }]);
    const requirements = exported.transports.docker[repository] ?? [];
    expect(requirements.map(({ type }) => type)).toEqual(["sigstoreSigned", "sigstoreSigned"]);
    expect(requirements.map(({ keyData }) => Buffer.from(keyData, "base64").toString())).toEqual(
      [alice, bob].map(({ pem }) => `${pem.join("\n")}\n`),
    );
  });

  test("what they cannot say is refused", () => {
    const cases: [Parameters<typeof containersPolicy>[1], string][] = [
      [both, "it asks for 2 of 3 people, and that format can only name people who all have to sign"],
      [{ ...both, signers: ["alice"] }, "it asks for 2 signatures, and 1 people are named"],
      [{ ...both, signers: ["alice", "alice"] }, "it asks for 2 signatures, and 1 people are named"],
      [{ ...both, signers: ["alice", mallory.name] }, "mallory is not among those who may sign it"],
      [
        { ...both, format: "openpgp", signers: ["alice", "bob"] },
        "the policy has no good key of theirs for OpenPGP",
      ],
    ];
    for (const [options, because] of cases) expect(() => containersPolicy(policy, options)).toThrow(because);
    const revoked = policyWith((file) => {
      file.revoked = [bob.id];
    });
    expect(() => containersPolicy(revoked, { ...both, signers: ["alice", "bob"] })).toThrow(
      "Cannot ask for a signature by bob: because the policy has no good key",
    );
  });

  test("Kyverno can say two of three, and a person with two keys counts once there, too", () => {
    const second = person("carol");
    const exported = kyvernoPolicy(
      policyWith((file) => file.people.carol?.keys.push(keyOf(second))),
      repository,
    ) as {
      spec: {
        failurePolicy: string;
        rules: { verifyImages: { attestors: { count: number; entries: object[] }[] }[] }[];
      };
    };
    expect(exported.spec.failurePolicy).toBe("Fail");
    const [attestor] = exported.spec.rules[0]?.verifyImages[0]?.attestors ?? [];
    expect(attestor?.count).toBe(2);
    expect(attestor?.entries).toMatchObject([
      { keys: { publicKeys: `${alice.pem.join("\n")}\n` } },
      { keys: { publicKeys: `${bob.pem.join("\n")}\n` } },
      { attestor: { count: 1, entries: [{ keys: { publicKeys: `${carol.pem.join("\n")}\n` } }, {}] } },
    ]);
  });
});
