import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { reasonOf, type Sha256, StagexError } from "@stagex/core";
import * as v from "valibot";
import { blobPath, mediaType } from "./image.ts";
import * as schema from "./schema.ts";

/** An image of a checked layout. */
export interface LayoutImage {
  /** sha256 of the manifest. */
  readonly digest: Sha256;
  /** `ref.name` of the index entry, where there is one. */
  readonly name: string | undefined;
  /** `os/architecture[/variant]`. */
  readonly platform: string;
  /** From the lowest layer up. */
  readonly layers: readonly { readonly digest: Sha256; readonly size: number }[];
  /** Annotations of the manifest. */
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Checks an OCI image layout of any origin: every blob against its name, every link against what it names,
 * media types, and that layers, diff ids and platforms agree.
 *
 * @returns the images that the index names, in its order; other manifests are checked and not returned.
 * @throws StagexError of kind `build` that names the first file that is wrong.
 */
export function checkLayout(directory: string): LayoutImage[] {
  try {
    return findImages(directory, checkBlobs(directory));
  } catch (error) {
    throw new StagexError("build", {
      cannot: `use image layout ${directory}`,
      because: reasonOf(error),
      remedy: "Build the image again, or fetch it again.",
      cause: error,
    });
  }
}

/** Digests of all blobs, with their sizes in bytes. */
type Blobs = ReadonlyMap<Sha256, number>;

function checkBlobs(directory: string): Blobs {
  const sizes = new Map<Sha256, number>();
  const chunk = Buffer.allocUnsafe(1 << 20);
  for (const digest of readdirSync(join(directory, "blobs/sha256")).sort()) {
    const path = blobPath(digest);
    const hash = createHash("sha256");
    const size = withFile(directory, path, (file) => {
      let total = 0;
      for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk)) {
        hash.update(chunk.subarray(0, length));
        total += length;
      }
      return total;
    });
    if (hash.digest("hex") !== digest)
      throw new Error(`${path} does not hold the bytes that its name promises`);
    sizes.set(digest, size);
  }
  return sizes;
}

function findImages(directory: string, blobs: Blobs): LayoutImage[] {
  parse("oci-layout", schema.ociLayout, readDocument(directory, "oci-layout"));
  const index = parse("index.json", schema.index, readDocument(directory, "index.json"));
  const images: LayoutImage[] = [];
  const indexes = new Set<Sha256>();
  const links = index.manifests.map((link) => ({ link, from: "index.json" }));
  for (const { link, from } of links) {
    checkLink(from, link, blobs);
    if (link.mediaType === mediaType.index && !indexes.has(link.digest)) {
      indexes.add(link.digest);
      const nested = readLinked(directory, link, schema.index);
      links.push(...nested.manifests.map((inner) => ({ link: inner, from: blobPath(link.digest) })));
    }
    if (link.mediaType === mediaType.manifest) {
      const image = readManifest(directory, link, blobs);
      if (image) images.push(image);
    }
  }
  return images;
}

/** Undefined for a manifest that is checked and is no image, such as a signature. */
function readManifest(directory: string, link: schema.Descriptor, blobs: Blobs): LayoutImage | undefined {
  const path = blobPath(link.digest);
  const manifest = readLinked(directory, link, schema.manifest);
  for (const part of [manifest.config, ...manifest.layers]) checkLink(path, part, blobs);
  if (manifest.config.mediaType !== mediaType.config) return undefined;

  const config = readLinked(directory, manifest.config, schema.config);
  const diffIds = config.rootfs.diff_ids;
  if (diffIds.length !== manifest.layers.length) {
    throw new Error(
      `${path} has ${manifest.layers.length} layers, and its config has ${diffIds.length} diff ids`,
    );
  }
  const liar = manifest.layers.findIndex(
    (layer, position) => layer.mediaType === mediaType.layer && layer.digest !== diffIds[position],
  );
  if (liar >= 0) throw new Error(`layer ${liar} of ${path} is not what its diff id promises`);
  const platform = formatPlatform(config);
  if (link.platform && formatPlatform(link.platform) !== platform) {
    throw new Error(
      `${path} is for ${platform}, and the index offers it for ${formatPlatform(link.platform)}`,
    );
  }
  return {
    digest: link.digest,
    name: link.annotations?.["org.opencontainers.image.ref.name"],
    platform,
    layers: manifest.layers.map(({ digest, size }) => ({ digest, size })),
    annotations: manifest.annotations,
  };
}

function checkLink(from: string, link: schema.Descriptor, blobs: Blobs): void {
  const size = blobs.get(link.digest);
  if (size === undefined) throw new Error(`${from} names ${blobPath(link.digest)}, which is not there`);
  if (size !== link.size)
    throw new Error(`${from} gives ${link.size} bytes for ${blobPath(link.digest)}, which has ${size}`);
}

function readLinked<S extends v.GenericSchema>(directory: string, link: schema.Descriptor, shape: S) {
  const path = blobPath(link.digest);
  const bytes = readDocument(directory, path);
  // The blobs were checked before, and may have been changed since.
  if (createHash("sha256").update(bytes).digest("hex") !== link.digest)
    throw new Error(`${path} changes while it is read`);
  return parse(path, shape, bytes);
}

function parse<S extends v.GenericSchema>(path: string, shape: S, bytes: Uint8Array): v.InferOutput<S> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Error(`${path} is not JSON`);
  }
  const result = v.safeParse(shape, value);
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw new Error(`${path} is not as specified: ${v.getDotPath(issue) ?? "it"}: ${issue.message}`);
}

/** Documents beyond this many bytes are refused, as registries do: each is held in memory. */
const documentLimit = 4 * 1024 * 1024;

function readDocument(directory: string, path: string): Uint8Array {
  return withFile(directory, path, (file) => {
    if (fstatSync(file).size > documentLimit)
      throw new Error(`${path} is longer than ${documentLimit} bytes`);
    return readFileSync(file);
  });
}

/** Opens a regular file. Not following a link and not waiting for a FIFO's writer: neither has a place here. */
function withFile<T>(directory: string, path: string, read: (file: number) => T): T {
  const file = open(directory, path);
  try {
    if (!fstatSync(file).isFile()) throw new Error(`${path} is no regular file`);
    return read(file);
  } finally {
    closeSync(file);
  }
}

function open(directory: string, path: string): number {
  try {
    return openSync(join(directory, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw new Error(`${path} cannot be opened as a file (${(cause as NodeJS.ErrnoException).code})`, {
      cause,
    });
  }
}

const formatPlatform = ({ os, architecture, variant }: schema.Platform): string =>
  [os, architecture, ...(variant ? [variant] : [])].join("/");
