import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { exitStatus, formatJson, reasonOf, StagexError } from "@stagex/core";
import {
  containersPolicy,
  demand,
  type Export,
  evaluate,
  explainPolicy,
  gatherEvidence,
  kyvernoPolicy,
  type PersonKey,
  type Policy,
  parsePolicy,
  parseReference,
  type Reference,
  withImage,
  writePolicy,
} from "@stagex/trust";
import { readNamed } from "../named-file.ts";
import { type GlobalOptions, openSession, replaceFile } from "../session.ts";
import { readFiles } from "./confirm.ts";

interface VerifyOptions extends GlobalOptions {
  policy: string;
  as?: string;
  lookaside?: string;
  confirmations?: string[];
}

/**
 * `stagex trust verify REFERENCE --policy FILE`: ends with status 0 only if the policy holds for the image and
 * everything that it consists of. Says which requirement failed, what would satisfy it, and what did not count.
 */
export async function verify(text: string, options: VerifyOptions): Promise<void> {
  const policy = readPolicy(options.policy);
  const reference = parseReference(text);
  const repository = options.as ?? repositoryOf(reference, policy);
  const seenPath = join(openSession(options).home, "trust/releases.json");
  const seen = readSeen(seenPath);
  const confirmations = readFiles(options.confirmations ?? []);

  await withImage(reference, async ({ directory, image, missed }) => {
    const evidence = await gatherEvidence(policy, {
      ...{ directory, image, repository, confirmations },
      lookaside: options.lookaside,
    });
    const question = { repository, image, now: new Date(), seen: seen[repository] ?? 0 };
    const found = evaluate(policy, evidence, question);
    const verdict = { ...found, ignored: [...missed, ...found.ignored] };
    const trusted = verdict.requirements.every(({ holds }) => holds);
    if (options.json) {
      console.log(JSON.stringify({ trusted, repository, image, ...verdict }));
      if (!trusted) process.exitCode = exitStatus.build;
    } else {
      demand(verdict, question);
    }
    if (!trusted || !verdict.agreed) return;

    if (verdict.agreed.release > question.seen) {
      mkdirSync(join(seenPath, ".."), { recursive: true });
      replaceFile(seenPath, `${formatJson({ ...seen, [repository]: verdict.agreed.release })}\n`);
    }
    if (options.json) return;
    console.log(`${repository}@sha256:${image} is trusted`);
    for (const { what, found: there } of verdict.requirements) console.log(`  ${what}: there ${there}`);
  });
}

/** The name under which an image is used: a registry says it, and a layout has none. */
function repositoryOf(reference: Reference, policy: Policy): string {
  if (reference.kind === "registry") return reference.repository;
  const [only, another] = Object.keys(policy.images);
  if (only !== undefined && another === undefined) return only;
  throw new StagexError("usage", {
    cannot: `trust ${reference.text}`,
    because: "a layout does not say of which repository it is, and the policy has rules for several",
    remedy: "Name the repository with --as.",
  });
}

/** The newest release of each repository that was trusted before: a machine that saw it takes no older one. */
function readSeen(path: string): Record<string, number> {
  if (!existsSync(path)) return {};
  try {
    const seen: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof seen === "object" && seen !== null && Object.values(seen).every(Number.isSafeInteger)) {
      return seen as Record<string, number>;
    }
    throw new Error("it does not hold numbers of releases");
  } catch (cause) {
    throw new StagexError("machine", {
      cannot: `read ${path}`,
      because: reasonOf(cause),
      remedy:
        "It keeps older releases from being trusted again. Remove it only if you know them all to be good.",
      cause,
    });
  }
}

interface InitOptions extends GlobalOptions {
  image: string;
  signer: string[];
  builder?: string[];
  signatures: number;
  confirmations: number;
  expires?: string;
}

/** `stagex trust policy init`: writes a policy to standard output. */
export function init(options: InitOptions): void {
  const policy = writePolicy({
    repository: options.image,
    signers: options.signer.map(personKey),
    builders: (options.builder ?? []).map(personKey),
    signatures: options.signatures,
    confirmations: options.confirmations,
    ...(options.expires !== undefined && { expires: options.expires }),
  });
  const text = `${formatJson(policy)}\n`;
  parsePolicy(text, "that these options describe");
  process.stdout.write(text);
}

/** `NAME[,OPERATOR]=FILE` */
function personKey(text: string): PersonKey {
  const [, person, operator, path] = /^([^=,]+)(?:,([^=]+))?=(.+)$/.exec(text) ?? [];
  if (person !== undefined && path !== undefined) {
    const key = readNamed(path, `use the key of ${person}`);
    return { person, path, text: key, ...(operator !== undefined && { operator }) };
  }
  throw new StagexError("usage", {
    cannot: `use ${JSON.stringify(text)}`,
    because: "it does not say who and which key",
    remedy: "Write NAME=FILE, or NAME,OPERATOR=FILE.",
  });
}

/** `stagex trust policy explain FILE` */
export const explain = (path: string): void => console.log(explainPolicy(readPolicy(path)));

interface ExportOptions extends GlobalOptions {
  to: "containers" | "kyverno";
  image?: string;
  format: Export["format"];
  signers?: string;
}

/** `stagex trust policy export FILE --to containers|kyverno` */
export function exportPolicy(path: string, { to, image, format, signers }: ExportOptions): void {
  const policy = readPolicy(path);
  const repository = image ?? (Object.keys(policy.images)[0] as string);
  const exported =
    to === "kyverno"
      ? kyvernoPolicy(policy, repository)
      : containersPolicy(policy, {
          repository,
          format,
          ...(signers !== undefined && { signers: signers.split(",") }),
        });
  console.log(JSON.stringify(exported, null, 2));
}

const readPolicy = (path: string): Policy => parsePolicy(readNamed(path, `read the policy ${path}`), path);
