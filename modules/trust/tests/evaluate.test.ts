/** Who has to say what of an image before it is trusted, and what does not count. */
import { describe, expect, test } from "vitest";
import { demand, type Policy, type Question, writeClaim } from "../src/index.ts";
import {
  alice,
  bob,
  carol,
  circumstances,
  claimOf,
  confirmedBy,
  digest,
  dora,
  emil,
  enough,
  type Found,
  fay,
  image,
  judge,
  keyOf,
  mallory,
  now,
  person,
  policyWith,
  question,
  recipe,
  repository,
  signedBy,
} from "./ceremony.ts";

/** What a user is told when it is refused. */
function refusal(changes: Partial<Found>, by?: Policy, asked: Partial<Question> = {}): string {
  try {
    demand(judge(changes, by, asked), question);
  } catch (error) {
    return (error as Error).message;
  }
  return "it was accepted";
}

const cannot = `Cannot trust ${repository}@sha256:${image}: because`;

test("two of three maintainers and two of three builders are enough", () => {
  const verdict = judge({});
  expect(() => demand(verdict, question)).not.toThrow();
  expect(verdict).toMatchObject({
    agreed: { release: 5, recipe },
    signers: ["alice", "bob"],
    builders: ["dora", "emil"],
    ignored: [],
  });
});

describe("signatures", () => {
  test("none: unsigned", () => {
    expect(refusal({ signatures: [] })).toMatch(
      `${cannot} 2 maintainers have to sign: there are 0 of 2; 2 independent builders`,
    );
    expect(refusal({ signatures: [] })).toContain("Signed by 2 of alice, bob, carol, it would hold.");
  });

  test("one of two", () => {
    const told = refusal({ signatures: [signedBy(alice)] });
    expect(told).toContain(`${cannot} 2 maintainers have to sign: there is 1 of 2 (alice)`);
    expect(told).toContain("Signed by 1 of bob, carol, it would hold.");
  });

  test("the same person's two keys count once", () => {
    const second = person("alice");
    const by = policyWith((file) => file.people.alice?.keys.push(keyOf(second)));
    const signatures = [signedBy(alice, {}, by), signedBy(second, {}, by)];
    expect(refusal({ signatures }, by)).toContain("there is 1 of 2 (alice)");
  });

  test("the same signature twice counts once", () => {
    expect(refusal({ signatures: [signedBy(alice), signedBy(alice)] })).toContain("there is 1 of 2 (alice)");
  });

  const worthless: [string, Parameters<typeof signedBy>[1], string][] = [
    [
      "over another digest",
      { image: digest("other") },
      `it is over another image, sha256:${digest("other")}`,
    ],
    [
      "for another repository",
      { repository: "registry.example.org/stagex/other" },
      "it is for another repository, registry.example.org/stagex/other",
    ],
    ["that has expired", { expires: now }, "it expired on 2026-06-01"],
  ];
  test.each(worthless)("%s", (_, changes, because) => {
    const told = refusal({ signatures: [signedBy(alice), signedBy(bob, changes)] });
    expect(told).toContain("there is 1 of 2 (alice)");
    expect(told).toContain(`What did not count:\n  by bob: ${because}`);
  });

  test("by someone whom the policy does not know, or who may not sign this image", () => {
    const told = refusal({ signatures: [signedBy(alice), signedBy(mallory), signedBy(dora)] });
    for (const { name } of [mallory, dora]) {
      expect(told).toContain(`by ${name}: it is by no key of those who may sign this image`);
    }
    const payload = Buffer.from("{}");
    const byDora = { source: "gpg", key: dora.id, payload };
    expect(refusal({ signatures: [byDora] })).toContain(
      "gpg: dora is not among those who may sign this image",
    );
  });

  test("by a key that is revoked, or that has expired", () => {
    const revoked = policyWith((file) => {
      file.revoked = [bob.id];
    });
    expect(refusal({}, revoked)).toContain(`by bob: its key ${bob.id} of bob is revoked`);
    const expired = policyWith((file) => {
      file.people.bob = { keys: [{ ...keyOf(bob), expires: "2026-05-31T00:00:00Z" }] };
    });
    expect(refusal({}, expired)).toContain(`its key ${bob.id} of bob expired on 2026-05-31T00:00:00Z`);
  });

  test("of people who say different things do not add up", () => {
    const told = refusal({ signatures: [signedBy(alice), signedBy(bob, { recipe: digest("other") })] });
    expect(told).toContain("there is 1 of 2 (alice), and 2 people sign 2 different claims");
    const again = {
      signatures: [signedBy(alice, { release: 4 }), signedBy(bob, { release: 4 }), signedBy(carol)],
    };
    expect(judge(again).agreed).toEqual({ release: 4, recipe });
  });

  test("that are not in the form of a claim", () => {
    const endless = Buffer.from(
      writeClaim(claimOf(), "cosign").replace(/"expires":\d+/, '"expires":9007199254740991'),
    );
    const signatures = [
      ...enough.signatures.slice(0, 1),
      { source: "odd", key: bob.id, payload: Buffer.from('{"critical":{}}') },
      { source: "endless", key: bob.id, payload: endless },
      { source: "odd name", key: bob.id, payload: Buffer.from('{"critical":{"\u001b[2J":1}}') },
      { source: "deep", key: bob.id, payload: Buffer.from("[".repeat(100_000) + "]".repeat(100_000)) },
      { source: "huge", key: bob.id, payload: Buffer.alloc(2_000_000, " ") },
    ];
    const told = refusal({ signatures });
    expect(told).toMatch(/odd: critical\.identity is not as specified/);
    expect(told).toMatch(/endless: optional\.stagex\.expires is not as specified/);
    expect(told).not.toContain("\u001b");
    expect(told).toContain("deep: it is nested more than 32 deep");
    expect(told).toContain("huge: it is longer than 1048576 bytes");
  });
});

describe("releases", () => {
  test("an older one than the policy asks for is refused, though it is validly signed", () => {
    const by = policyWith((file) => {
      Object.assign(file.images[repository] ?? {}, { minimumRelease: 6 });
    });
    expect(refusal({}, by)).toContain(
      `${cannot} the release has to be 6 or newer: there is release 5, which is older\nGet release 6 or a newer one.`,
    );
  });

  test("an older one than this machine has trusted before is refused: rollback", () => {
    expect(refusal({}, undefined, { seen: 7 })).toContain(
      "the release has to be 7 or newer: there is release 5",
    );
    expect(refusal({}, undefined, { seen: 5 })).toBe("it was accepted");
  });

  test("and an old one cannot be kept alive for ever: freeze", () => {
    const told = refusal({}, undefined, { now: new Date("2027-06-01T00:00:00Z") });
    expect(told).toContain("by alice: it expired on 2027-05-01");
  });
});

describe("confirmations", () => {
  test("one of two, and the same builder twice", () => {
    const told = refusal({ confirmations: [confirmedBy(dora), confirmedBy(dora, { time: now })] });
    expect(told).toContain(`${cannot} 2 independent builders have to confirm: there is 1 of 2 (dora)`);
    expect(told).toContain("Confirmed by 1 of emil, fay, it would hold.");
  });

  const worthless: [string, Parameters<typeof confirmedBy>[1], string][] = [
    ["for another recipe", { recipe: digest("other") }, `it is for another recipe, ${digest("other")}`],
    ["of another image", { digest: digest("other") }, `it confirms another image, sha256:${digest("other")}`],
    ["of a package", { kind: "package", name: "hex0" }, "it confirms package hex0, and no image"],
    [
      "of the future",
      { time: new Date("2026-06-03T00:00:00Z") },
      "it is of the future, 2026-06-03T00:00:00Z",
    ],
  ];
  test.each(worthless)("%s", (_, changes, because) => {
    const told = refusal({ confirmations: [confirmedBy(dora), confirmedBy(emil, changes)] });
    expect(told).toContain("there is 1 of 2 (dora)");
    expect(told).toContain(`What did not count:\n  by emil: ${because}`);
  });

  test("that is too old", () => {
    const by = policyWith((file) => {
      Object.assign(file.images[repository]?.confirmations ?? {}, { maxAgeDays: 10 });
    });
    expect(refusal({}, by)).toContain("it is of 2026-05-02T00:00:00Z, more than 10 days ago");
  });

  test("edited after signing", () => {
    const { text } = confirmedBy(emil);
    const envelope = JSON.parse(text);
    const payload = Buffer.from(envelope.payload, "base64")
      .toString()
      .replace("GenuineIntel", "AuthenticAMD");
    const edited = JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString("base64") });
    expect(refusal({ confirmations: [confirmedBy(dora), { source: "edited", text: edited }] })).toContain(
      "edited: it was changed after it was signed",
    );
  });

  test("by another person's key, or by someone who may not confirm", () => {
    const posing = { ...emil, privateKey: dora.privateKey, publicKey: dora.publicKey };
    const told = refusal({
      confirmations: [confirmedBy(dora), confirmedBy(posing), confirmedBy(alice), confirmedBy(mallory)],
    });
    expect(told).toContain("by emil: it says that it is by emil, and its key is dora's");
    expect(told).toContain("by alice: alice is not among those who may confirm this image");
    expect(told).toContain(`by mallory: nobody in the policy has its key ${mallory.id}`);
  });

  test("in an envelope that is malformed", () => {
    const envelope = JSON.parse(confirmedBy(emil).text);
    const malformed: [object | string, string][] = [
      ["{", "it is not JSON"],
      [{ ...envelope, extra: 1 }, "it has extra, which nothing here knows"],
      [{ ...envelope, signatures: [...envelope.signatures, ...envelope.signatures] }, "signatures"],
      [{ ...envelope, signatures: [] }, "signatures"],
      [{ ...envelope, payloadType: "text/plain" }, "payloadType is not as specified"],
      [{ ...envelope, payload: `${envelope.payload}!` }, "payload is not as specified: is not base64"],
      [`{"payload":"","payload":"",${JSON.stringify(envelope).slice(1)}`, 'it has "payload" twice'],
    ];
    for (const [document, because] of malformed) {
      const text = typeof document === "string" ? document : JSON.stringify(document);
      expect(refusal({ confirmations: [{ source: "odd", text }] })).toContain(`odd: ${because}`);
    }
  });

  test("of too few CPU vendors, operators or kernels", () => {
    const by = policyWith((file) => {
      Object.assign(file.images[repository]?.confirmations ?? {}, {
        distinct: { cpuVendors: 2, operators: 2, kernels: 2 },
      });
    });
    const other = { cpuVendor: "AuthenticAMD", cpuModel: "Other", kernel: "Linux 6.12.0" };
    const told = refusal({ confirmations: [confirmedBy(emil), confirmedBy(fay)] }, by);
    expect(told).toContain("of 2 different CPU vendors: there is 1 of 2 (GenuineIntel)");
    expect(told).toContain("of 2 different operators: there is 1 of 2 (Emil's)");
    expect(told).toContain(`of 2 different kernels: there is 1 of 2 (${circumstances.machine.kernel})`);
    expect(refusal({ confirmations: [confirmedBy(dora), confirmedBy(emil, { machine: other })] }, by)).toBe(
      "it was accepted",
    );
  });

  test("are not asked for by every policy", () => {
    const by = policyWith((file) => {
      delete (file.images[repository] as { confirmations?: object }).confirmations;
    });
    expect(refusal({ confirmations: [] }, by)).toBe("it was accepted");
  });
});

test("a repository without a rule is refused, also one whose name is that of every object", () => {
  const other = "registry.example.org/stagex/other";
  expect(() => judge({}, undefined, { repository: other })).toThrow(
    `Cannot trust ${other}: because the policy has no rule for that repository`,
  );
  expect(() => judge({}, undefined, { repository: "constructor" })).toThrow("no rule");
});

test("an expired policy trusts nothing", () => {
  const by = policyWith((file) => {
    file.expires = "2026-01-01T00:00:00Z";
  });
  expect(() => judge({}, by)).toThrow(`${cannot} the policy expired on 2026-01-01T00:00:00Z`);
});

test("a flood of confirmations is refused unread", () => {
  const confirmations = Array.from({ length: 1001 }, () => ({ source: "flood", text: "" }));
  expect(() => judge({ confirmations })).toThrow(`${cannot} there are 1001 confirmations of it`);
});
