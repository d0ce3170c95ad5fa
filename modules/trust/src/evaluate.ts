/**
 * Whether an image may be trusted: pure, from a policy and the evidence. Whatever is not understood or not proven does
 * not count; it is never an error by itself, since anybody can attach anything to an image.
 */
import { reasonOf, type Sha256, StagexError } from "@stagex/core";
import { type Claim, readClaim } from "./claim.ts";
import type { Confirmation, VerifiedConfirmation } from "./confirmation.ts";
import { type ImagePolicy, imagePolicy, type Policy, type PolicyKey } from "./policy.ts";

/** A signature, after whoever knows its format has checked it. */
export type Signature = { readonly source: string } & (
  | { /** Id of the key that signed. */ readonly key: string; readonly payload: Uint8Array }
  | { /** Why it proves nothing. */ readonly refused: string }
);

/** The most signatures or confirmations of an image that are looked at. */
export const EVIDENCE_LIMIT = 1000;

export interface Evidence {
  readonly signatures: readonly Signature[];
  readonly confirmations: readonly VerifiedConfirmation[];
}

export interface Question {
  /** The name under which the image is used. */
  readonly repository: string;
  /** sha256 of its manifest. */
  readonly image: Sha256;
  readonly now: Date;
  /** The newest release of the repository that was trusted before on this machine. */
  readonly seen?: number;
}

/** One thing that the policy asks for. */
export interface Requirement {
  readonly what: string;
  readonly holds: boolean;
  /** What there is, such as "1 of 2: alice". */
  readonly found: string;
  /** What would satisfy it; empty if it holds. */
  readonly remedy: string;
}

export interface Verdict {
  readonly requirements: readonly Requirement[];
  /** What did not count, and why. */
  readonly ignored: readonly string[];
  /** What enough maintainers say together; undefined if they do not. */
  readonly agreed: { readonly release: number; readonly recipe: Sha256 } | undefined;
  /** Names of the people who count. */
  readonly signers: readonly string[];
  readonly builders: readonly string[];
}

/** @throws StagexError of kind `build` when the policy has expired or has no rule for the repository */
export function evaluate(policy: Policy, evidence: Evidence, question: Question): Verdict {
  const rule = imagePolicy(policy, question.repository);
  if (policy.expires !== undefined && Date.parse(policy.expires) <= question.now.getTime()) {
    throw refusal(
      question,
      `the policy expired on ${policy.expires}`,
      "Get a newer one from whom you have it.",
    );
  }
  for (const [kind, { length }] of Object.entries(evidence)) {
    if (length <= EVIDENCE_LIMIT) continue;
    throw refusal(
      question,
      `there are ${length} ${kind} of it`,
      `No more than ${EVIDENCE_LIMIT} are looked at.`,
    );
  }
  const signatures = judgeSignatures(policy, rule, evidence.signatures, question);
  const confirmations = rule.confirmations
    ? judgeConfirmations(policy, rule.confirmations, evidence.confirmations, {
        ...question,
        recipe: signatures.agreed?.recipe,
      })
    : { requirements: [], ignored: [], builders: [] };
  return {
    requirements: [...signatures.requirements, ...confirmations.requirements],
    ignored: [...signatures.ignored, ...confirmations.ignored],
    agreed: signatures.agreed,
    signers: signatures.signers,
    builders: confirmations.builders,
  };
}

/** @throws StagexError of kind `build` that names what failed, what would satisfy it, and what was ignored */
export function demand(
  { requirements, ignored }: Pick<Verdict, "requirements" | "ignored">,
  question: Pick<Question, "repository" | "image">,
): void {
  const failed = requirements.filter(({ holds }) => !holds);
  if (failed.length === 0) return;
  const shown = ignored.slice(0, 20).map((line) => `  ${line}`);
  if (ignored.length > shown.length) shown.push(`  and ${ignored.length - shown.length} more`);
  throw refusal(
    question,
    failed.map(({ what, found }) => `${what}: there ${found}`).join("; "),
    [
      ...failed.map(({ remedy }) => remedy),
      ...(shown.length > 0 ? ["What did not count:", ...shown] : []),
    ].join("\n"),
  );
}

const refusal = (
  { repository, image }: Pick<Question, "repository" | "image">,
  because: string,
  remedy: string,
) => new StagexError("build", { cannot: `trust ${repository}@sha256:${image}`, because, remedy });

interface Accepted {
  readonly claim: Claim;
  readonly person: string;
}

function judgeSignatures(
  policy: Policy,
  { signatures: rule, minimumRelease }: ImagePolicy,
  signatures: readonly Signature[],
  question: Question,
) {
  const ignored: string[] = [];
  const accepted = signatures.flatMap((signature): Accepted[] => {
    try {
      if ("refused" in signature) throw new Error(signature.refused);
      const { person } = keyOf(policy, signature.key, rule.of, "sign", question.now);
      return [{ person, claim: checkClaim(readClaim(signature.payload), question) }];
    } catch (error) {
      ignored.push(`${signature.source}: ${reasonOf(error)}`);
      return [];
    }
  });

  // People who say different things of one image do not add up.
  const agreements = new Map<string, Accepted[]>();
  for (const one of accepted) {
    const said = `${one.claim.release} ${one.claim.recipe}`;
    agreements.set(said, [...(agreements.get(said) ?? []), one]);
  }
  const [first] = [...agreements.values()]
    .map((group) => ({ signers: peopleIn(group), claim: (group[0] as Accepted).claim }))
    .sort((a, b) => b.signers.length - a.signers.length || b.claim.release - a.claim.release);
  const signers = first?.signers ?? [];
  const enough = signers.length >= rule.threshold;
  const absent = rule.of.filter((name) => !signers.includes(name));
  const disagree =
    agreements.size > 1
      ? `, and ${peopleIn(accepted).length} people sign ${agreements.size} different claims`
      : "";
  const signed = tallied(
    `${rule.threshold} maintainers have to sign`,
    signers,
    rule.threshold,
    (lacking) => `Signed by ${someOf(lacking, absent)}, it would hold.`,
  );
  const requirements: Requirement[] = [{ ...signed, found: signed.found + disagree }];
  if (!first || !enough) return { requirements, ignored, agreed: undefined, signers };

  const { release, recipe } = first.claim;
  const lowest = Math.max(minimumRelease, question.seen ?? 0);
  requirements.push({
    what: `the release has to be ${lowest} or newer`,
    holds: release >= lowest,
    found: `is release ${release}${release < lowest ? ", which is older" : ""}`,
    remedy: release >= lowest ? "" : `Get release ${lowest} or a newer one.`,
  });
  return { requirements, ignored, agreed: { release, recipe }, signers };
}

function checkClaim(claim: Claim, { image, repository, now }: Question): Claim {
  if (claim.image !== image) throw new Error(`it is over another image, sha256:${claim.image}`);
  if (claim.repository !== repository) throw new Error(`it is for another repository, ${claim.repository}`);
  if (claim.expires <= now) throw new Error(`it expired on ${claim.expires.toISOString().slice(0, 10)}`);
  return claim;
}

/** What is asked of confirmations: of which image, by which recipe. */
export interface ConfirmationQuestion {
  readonly image: Sha256;
  readonly recipe: Sha256 | undefined;
  readonly now: Date;
}

export function judgeConfirmations(
  policy: Policy,
  rule: NonNullable<ImagePolicy["confirmations"]>,
  confirmations: readonly VerifiedConfirmation[],
  question: ConfirmationQuestion,
): Pick<Verdict, "requirements" | "ignored" | "builders"> {
  const ignored: string[] = [];
  const accepted = confirmations.flatMap((one) => {
    try {
      if ("refused" in one) throw new Error(one.refused);
      const { confirmation } = one;
      const { person, operator } = keyOf(policy, confirmation.keyid, rule.of, "confirm", question.now);
      if (confirmation.builder !== person) {
        throw new Error(`it says that it is by ${confirmation.builder}, and its key is ${person}'s`);
      }
      checkConfirmation(confirmation, rule.maxAgeDays, question);
      return [{ person, operator, machine: confirmation.machine }];
    } catch (error) {
      ignored.push(`${one.source}: ${reasonOf(error)}`);
      return [];
    }
  });

  const builders = peopleIn(accepted);
  const absent = rule.of.filter((name) => !builders.includes(name));
  const values = {
    cpuVendors: accepted.map(({ machine }) => machine.cpuVendor),
    operators: accepted.flatMap(({ operator }) => operator ?? []),
    kernels: accepted.map(({ machine }) => machine.kernel),
  };
  const requirements = [
    tallied(
      `${rule.threshold} independent builders have to confirm`,
      builders,
      rule.threshold,
      (lacking) => `Confirmed by ${someOf(lacking, absent)}, it would hold.`,
    ),
    ...(Object.keys(values) as (keyof typeof values)[]).flatMap((what) => {
      const wanted = rule.distinct[what];
      if (wanted === undefined) return [];
      const different = [...new Set(values[what])].sort();
      return tallied(
        `the confirmations have to be of ${wanted} different ${words[what]}`,
        different,
        wanted,
        (lacking) => `Confirmed on ${lacking} more of the ${words[what]}, it would hold.`,
      );
    }),
  ];
  return { requirements, ignored, builders };
}

const words = { cpuVendors: "CPU vendors", operators: "operators", kernels: "kernels" } as const;

const DAY = 86_400_000;

function checkConfirmation(
  { kind, name, digest, recipe, time }: Confirmation,
  maxAgeDays: number | undefined,
  question: ConfirmationQuestion,
): void {
  if (kind !== "pallet") throw new Error(`it confirms package ${name}, and no image`);
  if (digest !== question.image) throw new Error(`it confirms another image, sha256:${digest}`);
  if (question.recipe === undefined)
    throw new Error("nobody who counts says by which recipe the image is made");
  if (recipe !== question.recipe) throw new Error(`it is for another recipe, ${recipe}`);
  const age = question.now.getTime() - Date.parse(time);
  if (age < -DAY) throw new Error(`it is of the future, ${time}`);
  if (maxAgeDays !== undefined && age > maxAgeDays * DAY) {
    throw new Error(`it is of ${time}, more than ${maxAgeDays} days ago`);
  }
}

/** The policy's key of that id, if its owner may do this and it is still good. */
function keyOf(policy: Policy, id: string, allowed: readonly string[], act: string, now: Date): PolicyKey {
  const key = policy.keys.get(id);
  if (!key) throw new Error(`nobody in the policy has its key ${id}`);
  if (policy.revoked.has(id)) throw new Error(`its key ${id} of ${key.person} is revoked`);
  if (key.expires !== undefined && Date.parse(key.expires) <= now.getTime()) {
    throw new Error(`its key ${id} of ${key.person} expired on ${key.expires}`);
  }
  if (!allowed.includes(key.person))
    throw new Error(`${key.person} is not among those who may ${act} this image`);
  return key;
}

/** A person may own several keys and counts once. */
const peopleIn = (accepted: readonly { readonly person: string }[]): string[] =>
  [...new Set(accepted.map(({ person }) => person))].sort();

/** A requirement of so many of something. */
const tallied = (
  what: string,
  found: readonly string[],
  wanted: number,
  remedy: (lacking: number) => string,
): Requirement => {
  const holds = found.length >= wanted;
  return { what, holds, found: tally(found, wanted), remedy: holds ? "" : remedy(wanted - found.length) };
};

const someOf = (lacking: number, people: readonly string[]): string =>
  lacking >= people.length ? people.join(" and ") : `${lacking} of ${people.join(", ")}`;

const tally = (found: readonly string[], wanted: number): string =>
  `${found.length === 1 ? "is" : "are"} ${found.length} of ${wanted}${found.length > 0 ? ` (${found.join(", ")})` : ""}`;
