/**
 * Signatures and confirmations beside an image in an OCI layout, as manifests whose `subject` is the image (OCI image
 * specification 1.1). cosign's signatures also have the tag by which cosign and the containers library look for them.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reasonOf, type Sha256, StagexError } from "@stagex/core";
import { blobPath, checkLayout, mediaType } from "@stagex/oci";
import * as v from "valibot";
import { DOCUMENT_LIMIT, parseDocument } from "./document.ts";

/** What is attached: the media types of its layers, and the type of the manifest. */
export const attachment = {
  cosign: {
    artifact: "application/vnd.dev.cosign.artifact.sig.v1+json",
    layer: "application/vnd.dev.cosign.simplesigning.v1+json",
  },
  openpgp: { artifact: "application/vnd.stagex.openpgp.v1", layer: "application/pgp-signature" },
  confirmation: {
    artifact: "application/vnd.stagex.confirmations.v1",
    layer: "application/vnd.dsse.envelope.v1+json",
  },
} as const;

export type AttachmentKind = keyof typeof attachment;

export interface Attachment {
  readonly content: Uint8Array;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Found extends Attachment {
  readonly kind: AttachmentKind;
  /** Where it was found, for messages. */
  readonly source: string;
}

const descriptor = v.looseObject({
  mediaType: v.string(),
  digest: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/, "is no sha256 digest")),
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  artifactType: v.optional(v.string()),
  annotations: v.optional(v.record(v.string(), v.string()), {}),
});
const indexSchema = v.looseObject({ schemaVersion: v.literal(2), manifests: v.array(descriptor) });
const manifestSchema = v.looseObject({
  schemaVersion: v.literal(2),
  artifactType: v.optional(v.string()),
  config: descriptor,
  layers: v.array(descriptor),
  subject: v.optional(descriptor),
});

type Descriptor = v.InferOutput<typeof descriptor>;

const REF_NAME = "org.opencontainers.image.ref.name";
/** Where cosign and the containers library look for the signatures of an image. */
export const signatureTag = (image: Sha256): string => `sha256-${image}.sig`;
/** Where clients look for referrers if the registry has no list of them (distribution specification 1.1). */
export const referrersTag = (image: Sha256): string => `sha256-${image}`;
const isAttachmentTag = (tag: string): boolean => /^sha256-[0-9a-f]{64}(?:\.sig)?$/.test(tag);

const digestOf = (bytes: Uint8Array): Sha256 => createHash("sha256").update(bytes).digest("hex");
const hexOf = ({ digest }: Descriptor): Sha256 => digest.slice("sha256:".length);

/** Finds the image that a tag names, or the only one that there is. @throws StagexError of kind `build` */
export function findImage(directory: string, tag: string | undefined): Sha256 {
  checkLayout(directory);
  const named = readIndex(directory).manifests.filter(({ annotations, mediaType: type, digest }) => {
    const name = annotations[REF_NAME];
    if (tag !== undefined) return name === tag;
    return !(name !== undefined && isAttachmentTag(name)) && !isArtifact(directory, digest, type);
  });
  const [entry, another] = named;
  const what = tag === undefined ? "image" : `image named ${tag}`;
  const cannot = `find the image in ${directory}`;
  if (!entry) throw new StagexError("build", { cannot, because: `it has no ${what}` });
  if (another) {
    const remedy = "Name it by its tag, as oci:DIRECTORY:TAG.";
    throw new StagexError("build", { cannot, because: `it has more than one ${what}`, remedy });
  }
  if (entry.mediaType !== mediaType.manifest) {
    throw new StagexError("build", {
      cannot,
      because: `the ${what} is a list of images, which may lead anywhere`,
      remedy: "Name one image of the list.",
    });
  }
  return hexOf(entry);
}

const isArtifact = (directory: string, digest: string, type: string): boolean =>
  type === mediaType.manifest &&
  readManifest(directory, digest.slice("sha256:".length)).subject !== undefined;

/**
 * All that is attached to an image in a layout.
 *
 * @param image sha256 of the image's manifest, in a layout that was checked
 */
export function readAttachments(directory: string, image: Sha256): Found[] {
  return referrersOf(directory, image).flatMap(({ manifest }) =>
    manifest.layers.flatMap((layer) => {
      const kind = kinds.find((one) => attachment[one].layer === layer.mediaType);
      if (!kind) return [];
      // A document of that size is no honest one; without its content it does not count.
      const content = layer.size > DOCUMENT_LIMIT ? Buffer.alloc(0) : readBlob(directory, hexOf(layer));
      const source = `${kind} ${hexOf(layer).slice(0, 12)}`;
      return [{ kind, content, annotations: layer.annotations, source }];
    }),
  );
}

/** The manifests that refer to an image: by their subject, or, as cosign's, by their tag. */
function referrersOf(directory: string, image: Sha256) {
  const links = linksOf(directory);
  const tag = signatureTag(image);
  const tagged = links.find(({ annotations }) => annotations[REF_NAME] === tag)?.digest;
  const distinct = [...new Map(links.map((link) => [link.digest, link])).values()];
  return distinct.flatMap((link) => {
    if (link.mediaType !== mediaType.manifest) return [];
    const manifest = readManifest(directory, hexOf(link));
    const isTagged = link.digest === tagged;
    // cosign's manifest is replaced by each further signature; an older one says nothing new.
    const isOld = manifest.artifactType === attachment.cosign.artifact && tagged !== undefined && !isTagged;
    const refers = isTagged || manifest.subject?.digest === `sha256:${image}`;
    return refers && !isOld ? [{ link, manifest }] : [];
  });
}

/** What the index names, and what the indexes name that it names. */
function linksOf(directory: string): Descriptor[] {
  const links = [...readIndex(directory).manifests];
  const seen = new Set<string>();
  for (const { mediaType: type, digest } of links) {
    if (type !== mediaType.index || seen.has(digest)) continue;
    seen.add(digest);
    links.push(...parse(readBlob(directory, digest.slice("sha256:".length)), indexSchema, digest).manifests);
  }
  return links;
}

const kinds = Object.keys(attachment) as AttachmentKind[];

/**
 * Attaches to an image in a layout. What is there stays, and what is there already is not attached twice.
 *
 * @returns the digest of the new manifest, or undefined if all was there
 */
export function attach(
  directory: string,
  image: Sha256,
  kind: AttachmentKind,
  additions: readonly Attachment[],
): Sha256 | undefined {
  const index = readIndex(directory);
  const there = new Set(readAttachments(directory, image).map(identity));
  const fresh = additions.filter((one) => !there.has(identity(one)));
  if (fresh.length === 0) return undefined;

  const tag = kind === "cosign" ? signatureTag(image) : undefined;
  const tagged = index.manifests.find(
    ({ annotations }) => tag !== undefined && annotations[REF_NAME] === tag,
  );
  // cosign's signatures of an image are the layers of one manifest: that of the tag.
  const earlier = tagged ? readManifest(directory, hexOf(tagged)).layers : [];
  const layers = fresh.map(({ content, annotations }) => ({
    mediaType: attachment[kind].layer,
    ...writeBlob(directory, content),
    ...(annotations && { annotations }),
  }));
  const all = [...earlier, ...layers];
  const { length: size } = readBlob(directory, image);
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaType.manifest,
    artifactType: attachment[kind].artifact,
    config: { mediaType: mediaType.config, ...writeBlob(directory, configOf(all)) },
    layers: all,
    subject: { mediaType: mediaType.manifest, digest: `sha256:${image}`, size },
  };
  const written = writeBlob(directory, Buffer.from(JSON.stringify(manifest)));
  const entry = {
    mediaType: mediaType.manifest,
    ...written,
    artifactType: attachment[kind].artifact,
    ...(tag && { annotations: { [REF_NAME]: tag } }),
  };
  writeIndex(directory, { ...index, manifests: [...index.manifests.filter((one) => one !== tagged), entry] });
  return written.digest.slice("sha256:".length);
}

const identity = ({ content, annotations = {} }: Attachment): string =>
  `${digestOf(content)} ${annotations[COSIGN_SIGNATURE] ?? ""}`;

/** Annotation of a layer in which cosign keeps the signature over it. */
export const COSIGN_SIGNATURE = "dev.cosignproject.cosign/signature";

/** Skopeo and podman copy only what has the configuration of an image, so there is one that says nothing. */
const configOf = (layers: readonly { readonly digest: string }[]): Uint8Array =>
  Buffer.from(
    JSON.stringify({
      architecture: "",
      os: "",
      config: {},
      rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
    }),
  );

/** Gathers all referrers of an image in a list of the name under which clients of older registries look for it. */
export function listReferrers(directory: string, image: Sha256): void {
  const index = readIndex(directory);
  const tag = referrersTag(image);
  const list = {
    schemaVersion: 2,
    mediaType: mediaType.index,
    // Skopeo refuses to copy what it would not write the same itself, and it does not know `artifactType` here.
    manifests: referrersOf(directory, image).map(({ link: { digest, size } }) => ({
      mediaType: mediaType.manifest,
      digest,
      size,
    })),
  };
  const written = writeBlob(directory, Buffer.from(JSON.stringify(list)));
  const entry = { mediaType: mediaType.index, ...written, annotations: { [REF_NAME]: tag } };
  const others = index.manifests.filter(({ annotations }) => annotations[REF_NAME] !== tag);
  writeIndex(directory, { ...index, manifests: [...others, entry] });
}

const readIndex = (directory: string) =>
  parse(readFileSync(join(directory, "index.json")), indexSchema, `${directory}/index.json`);

const readManifest = (directory: string, digest: Sha256) =>
  parse(readBlob(directory, digest), manifestSchema, blobPath(digest));

function parse<S extends v.GenericSchema>(bytes: Uint8Array, schema: S, path: string): v.InferOutput<S> {
  try {
    return parseDocument(bytes, schema);
  } catch (cause) {
    throw new StagexError("build", { cannot: `read ${path}`, because: reasonOf(cause), cause });
  }
}

function readBlob(directory: string, digest: Sha256): Uint8Array {
  const bytes = readFileSync(join(directory, blobPath(digest)));
  if (digestOf(bytes) === digest) return bytes;
  throw new StagexError("build", {
    cannot: `read ${blobPath(digest)}`,
    because: "it does not hold the bytes that its name promises",
  });
}

function writeBlob(directory: string, bytes: Uint8Array): { digest: string; size: number } {
  const digest = digestOf(bytes);
  mkdirSync(join(directory, "blobs/sha256"), { recursive: true });
  replace(join(directory, blobPath(digest)), bytes);
  return { digest: `sha256:${digest}`, size: bytes.length };
}

const writeIndex = (directory: string, index: object): void =>
  replace(join(directory, "index.json"), Buffer.from(JSON.stringify(index)));

function replace(path: string, bytes: Uint8Array): void {
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, bytes);
  renameSync(partial, path);
}
