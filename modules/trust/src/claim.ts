/**
 * What a maintainer signs: that an image is the one of a repository, which release of it, made by which recipe, and
 * until when that holds. The form is "simple signing", which both OpenPGP signatures of containers and cosign use:
 * https://github.com/containers/image/blob/main/docs/containers-signature.5.md
 * What is ours is below `optional`, which other programs leave alone.
 */
import type { Sha256 } from "@stagex/core";
import * as v from "valibot";
import { count, hex256, parseDocument, seconds } from "./document.ts";
import { repositoryName } from "./policy.ts";
import { TOOL } from "./version.ts";

const types = { openpgp: "atomic container signature", cosign: "cosign container image signature" } as const;

const claimSchema = v.strictObject({
  critical: v.strictObject({
    identity: v.strictObject({ "docker-reference": repositoryName }),
    image: v.strictObject({
      "docker-manifest-digest": v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/, "is no sha256 digest")),
    }),
    type: v.picklist(Object.values(types)),
  }),
  optional: v.strictObject({
    creator: v.string(),
    timestamp: seconds,
    stagex: v.strictObject({ release: count, recipe: hex256, expires: seconds }),
  }),
});

export interface Claim {
  readonly repository: string;
  /** sha256 of the image's manifest. */
  readonly image: Sha256;
  /** Grows with each release of the repository, so that an older one is known as such. */
  readonly release: number;
  /** See `knownIn`. */
  readonly recipe: Sha256;
  readonly signed: Date;
  readonly expires: Date;
}

export function writeClaim(claim: Claim, format: keyof typeof types): string {
  const said: v.InferOutput<typeof claimSchema> = {
    critical: {
      identity: { "docker-reference": claim.repository },
      image: { "docker-manifest-digest": `sha256:${claim.image}` },
      type: types[format],
    },
    optional: {
      creator: `${TOOL.name} ${TOOL.version}`,
      timestamp: inSeconds(claim.signed),
      stagex: { release: claim.release, recipe: claim.recipe, expires: inSeconds(claim.expires) },
    },
  };
  return JSON.stringify(v.parse(claimSchema, said));
}

/** @throws Error that says what is wrong */
export function readClaim(payload: Uint8Array): Claim {
  const { critical, optional } = parseDocument(payload, claimSchema);
  return {
    repository: critical.identity["docker-reference"],
    image: critical.image["docker-manifest-digest"].slice("sha256:".length),
    release: optional.stagex.release,
    recipe: optional.stagex.recipe,
    signed: new Date(optional.timestamp * 1000),
    expires: new Date(optional.stagex.expires * 1000),
  };
}

const inSeconds = (when: Date): number => Math.floor(when.getTime() / 1000);
