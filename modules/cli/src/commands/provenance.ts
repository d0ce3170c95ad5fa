import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { StagexError } from "@stagex/core";
import {
  demand,
  imagePolicy,
  judgeConfirmations,
  knownIn,
  parsePolicy,
  parsePrivateKey,
  seal,
  verifyConfirmation,
} from "@stagex/trust";
import { billOf, provenance as provenanceOf, verificationSummary } from "@stagex/trust/documents";
import { readKeyFile, readNamed } from "../named-file.ts";
import { type GlobalOptions, openSession, readLock } from "../session.ts";
import { confirmationsOf, readFiles } from "./confirm.ts";

interface ProvenanceOptions extends GlobalOptions {
  key?: string;
  reproduced?: boolean;
  policy?: string;
  as?: string;
}

/**
 * `stagex provenance PALLET`: how it came to be, as an in-toto statement; with --reproduced, a summary that says how
 * many independent builders of a policy confirmed it. With --key, in a signed envelope.
 */
export function provenance(name: string, options: ProvenanceOptions): void {
  const statement = options.reproduced ? summary(name, options) : fromLock(name, options);
  console.log(
    options.key === undefined
      ? JSON.stringify(statement, null, 2)
      : seal(statement, parsePrivateKey(readKeyFile(options.key), options.key)).trimEnd(),
  );
}

function fromLock(name: string, options: ProvenanceOptions): object {
  const lock = readLock(openSession(options));
  return provenanceOf(lock, billOf(lock, name), knownIn(lock, { kind: "pallet", name }));
}

function summary(name: string, { policy: path, as: repository, ...options }: ProvenanceOptions): object {
  if (path === undefined || repository === undefined) {
    throw new StagexError("usage", {
      cannot: `tell who reproduced ${name}`,
      because: "--policy and --as say whose confirmations count, and for which repository; one is not given",
    });
  }
  const session = openSession(options);
  const { recipe, digest: image } = knownIn(readLock(session), { kind: "pallet", name });
  const text = readNamed(path, `read the policy ${path}`);
  const policy = parsePolicy(text, path);
  const rule = imagePolicy(policy, repository).confirmations;
  if (!rule) {
    throw new StagexError("usage", {
      cannot: `tell who reproduced ${name}`,
      because: `the policy asks for no confirmations of ${repository}`,
    });
  }
  const folder = `${confirmationsOf(session)}/pallets/${name}`;
  const confirmations = existsSync(folder) ? readFiles([folder]) : [];
  const verified = confirmations.map((one) => verifyConfirmation(one, policy));
  const now = new Date();
  const verdict = judgeConfirmations(policy, rule, verified, { image, recipe, now });
  demand(verdict, { repository, image });
  return verificationSummary({
    ...{ name, image, builders: verdict.builders, resource: `${repository}@sha256:${image}`, now },
    policy: { uri: `file:${path}`, sha256: sha256(text) },
    inputs: confirmations.map(({ source }) => sha256(readFileSync(source))),
  });
}

const sha256 = (content: string | Uint8Array) => createHash("sha256").update(content).digest("hex");
