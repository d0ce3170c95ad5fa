/** The parts of OCI documents that this module relies on. Unknown members are allowed, as the specification asks. */
import * as v from "valibot";
import { mediaType } from "./image.ts";

const digest = v.pipe(
  v.string(),
  v.regex(/^sha256:[0-9a-f]{64}$/, "is no sha256 digest"),
  v.transform((text) => text.slice("sha256:".length)),
);
const strings = v.record(v.string(), v.string());
const platform = v.looseObject({ os: v.string(), architecture: v.string(), variant: v.optional(v.string()) });

/** descriptor.md */
const descriptor = v.looseObject({
  mediaType: v.string(),
  digest,
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  platform: v.optional(platform),
  annotations: v.optional(strings),
});

/** image-layout.md */
export const ociLayout = v.looseObject({ imageLayoutVersion: v.literal("1.0.0") });

/** image-index.md. A document that could also be read as a manifest is refused (CVE-2021-41190). */
export const index = v.looseObject({
  schemaVersion: v.literal(2),
  mediaType: v.optional(v.literal(mediaType.index)),
  manifests: v.array(descriptor),
  config: v.optional(v.never("belongs in a manifest")),
  layers: v.optional(v.never("belongs in a manifest")),
});

/** manifest.md. A document that could also be read as an index is refused (CVE-2021-41190). */
export const manifest = v.looseObject({
  schemaVersion: v.literal(2),
  mediaType: v.optional(v.literal(mediaType.manifest)),
  config: descriptor,
  layers: v.array(descriptor),
  annotations: v.optional(strings, {}),
  manifests: v.optional(v.never("belongs in an index")),
});

/** config.md */
export const config = v.looseObject({
  ...platform.entries,
  rootfs: v.looseObject({ type: v.literal("layers"), diff_ids: v.array(digest) }),
});

export type Descriptor = v.InferOutput<typeof descriptor>;
export type Platform = v.InferOutput<typeof platform>;
