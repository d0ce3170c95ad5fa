/** Gathers what there is for an image, and asks a policy. */
import type { Sha256 } from "@stagex/core";
import { type Found, readAttachments } from "./attachments.ts";
import { verifyForCosign } from "./cosign.ts";
import { type Attached, EVIDENCE_LIMIT, type Evidence } from "./evaluate.ts";
import { readLookaside } from "./lookaside.ts";
import { verifyByGpgv } from "./openpgp.ts";
import { imagePolicy, type Policy } from "./policy.ts";

export interface Place {
  /** A layout that was checked. */
  readonly directory: string;
  readonly image: Sha256;
  readonly repository: string;
  /** A folder of OpenPGP signatures. */
  readonly lookaside?: string | undefined;
  /** Confirmations from elsewhere. */
  readonly confirmations?: readonly Attached[];
}

/** Evidence for {@link evaluate}, with every signature of an image checked by the programs and libraries for it. */
export async function gatherEvidence(
  policy: Policy,
  { directory, image, repository, lookaside, confirmations = [] }: Place,
): Promise<Evidence> {
  const { of: signers } = imagePolicy(policy, repository).signatures;
  const found = readAttachments(directory, image);
  const of = (kind: Found["kind"]) => found.filter((one) => one.kind === kind);
  const beside = lookaside === undefined ? [] : readLookaside(lookaside, repository, image);
  const openpgp = [...of("openpgp"), ...beside];
  // Too many are refused for their number; no program needs to look at each.
  const isFlood = openpgp.length > EVIDENCE_LIMIT;
  return {
    signatures: [
      ...of("cosign").map((one) => verifyForCosign(one, policy, signers)),
      ...(isFlood
        ? openpgp.map(({ source }) => ({ source, refused: "it is one of too many" }))
        : await verifyByGpgv(openpgp, policy)),
    ],
    confirmations: [
      ...of("confirmation").map(({ source, content }) => ({ source, text: content })),
      ...confirmations,
    ],
  };
}
