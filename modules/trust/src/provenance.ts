/** How a pallet came to be, as in-toto statements that others' programs read. */
import { type Lock, type LockedPackage, projectPath } from "@stagex/core";
import { formatTime } from "./document.ts";
import type { Known } from "./recipe.ts";
import { type Bill, urlOf } from "./sbom/bill.ts";
import { sourcePurl } from "./sbom/purl.ts";
import { TOOL, URN } from "./version.ts";

const statementOf = (name: string, sha256: string, predicateType: string, predicate: object) => ({
  _type: "https://in-toto.io/Statement/v1",
  subject: [{ name, digest: { sha256 } }],
  predicateType,
  predicate,
});

/**
 * SLSA provenance 1 (https://slsa.dev/spec/v1.0/provenance). The build is told in full: the recipe in the lock decides
 * every byte, so that no fact of a particular run is in it, and everyone who writes it writes the same.
 */
export function provenance(lock: Lock, bill: Bill, { recipe }: Known): object {
  return statementOf(bill.name, bill.image, "https://slsa.dev/provenance/v1", {
    buildDefinition: {
      buildType: `${URN}:build:1`,
      externalParameters: { pallet: bill.name, recipe: { sha256: recipe } },
      internalParameters: { epoch: lock.epoch, environment: lock.environment },
      resolvedDependencies: bill.sources.map((source) => ({
        name: projectPath(source) ?? source.file,
        uri: urlOf(source) ?? sourcePurl(source) ?? `project:${projectPath(source)}`,
        digest: { sha256: source.sha256 },
      })),
    },
    runDetails: {
      builder: { id: `${URN}:builder`, version: { [TOOL.name]: TOOL.version } },
      byproducts: bill.components.map(({ name, tree, locked }) => byproduct(name, tree, locked)),
    },
  });
}

const byproduct = (name: string, tree: string, { version, key, stage }: LockedPackage) => ({
  name,
  digest: { sha256: tree },
  annotations: { version, stage, recipe: key },
});

export interface Summary {
  readonly name: string;
  readonly image: string;
  /** Names of those who reproduced it independently. */
  readonly builders: readonly string[];
  readonly policy: { readonly uri: string; readonly sha256: string };
  /** Digests of the confirmations. */
  readonly inputs: readonly string[];
  readonly resource: string;
  readonly now: Date;
}

/** A verification summary (https://slsa.dev/spec/v1.0/verification_summary): reproduced by k independent builders. */
export function verificationSummary({
  name,
  image,
  builders,
  policy,
  inputs,
  resource,
  now,
}: Summary): object {
  return statementOf(name, image, "https://slsa.dev/verification_summary/v1", {
    verifier: { id: `${URN}:verifier`, version: { [TOOL.name]: TOOL.version } },
    timeVerified: formatTime(now),
    resourceUri: resource,
    policy: { uri: policy.uri, digest: { sha256: policy.sha256 } },
    inputAttestations: inputs.map((sha256) => ({ uri: `${URN}:confirmation:${sha256}`, digest: { sha256 } })),
    verificationResult: "PASSED",
    verifiedLevels: [`STAGEX_REPRODUCED_BY_${builders.length}`],
    slsaVersion: "1.0",
  });
}
