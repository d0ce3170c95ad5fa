/** Gathers what there is for an image, and asks a policy. */
import type { Sha256 } from "@stagex/core";
import { type Found, readAttachments } from "./attachments.ts";
import { type Attached, verifyConfirmation } from "./confirmation.ts";
import { verifyForCosign } from "./cosign.ts";
import { EVIDENCE_LIMIT, type Evidence } from "./evaluate.ts";
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
  const attached = of("confirmation").map(({ source, content }) => ({ source, text: content }));
  const [byGpgv, confirmed, byCosign] = await Promise.all([
    // gpgv runs on other processors, while this one does the rest.
    unlessFlood([...of("openpgp"), ...beside], (some) => verifyByGpgv(some, policy)),
    unlessFlood([...attached, ...confirmations], (some) =>
      some.map((one) => verifyConfirmation(one, policy)),
    ),
    of("cosign").map((one) => verifyForCosign(one, policy, signers)),
  ]);
  return { signatures: [...byCosign, ...byGpgv], confirmations: confirmed };
}

/** Too many are refused for their number; nobody needs to look at each. */
const unlessFlood = async <T extends { source: string }, R>(
  found: readonly T[],
  check: (found: readonly T[]) => R[] | Promise<R[]>,
) =>
  found.length > EVIDENCE_LIMIT
    ? found.map(({ source }) => ({ source, refused: "it is one of too many" }))
    : check(found);
