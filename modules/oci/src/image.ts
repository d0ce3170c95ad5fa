/**
 * What an image consists of, as bytes. Pure: the layers are known by their digests alone.
 *
 * Source: OCI image specification 1.1, https://github.com/opencontainers/image-spec/tree/v1.1.1
 */
import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { type Sha256, StagexError } from "@stagex/core";
import { canonicalJson, type Json } from "./canonical-json.ts";

/** Media types of image specification 1.1, media-types.md. */
export const mediaType = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
} as const;

/** A tree as a layer. It is not compressed, so its tree digest, blob digest and diff id are one value. */
export interface Layer {
  /** sha256 of the canonical tar. */
  readonly digest: Sha256;
  /** Bytes of the canonical tar. */
  readonly size: number;
  /** What made the layer, for people: `history[].created_by`. */
  readonly createdBy: string;
  /** Opens the canonical tar. */
  readonly tar: () => Readable;
}

export interface ImageSpec {
  /** Image name without host and tag, such as `tinycc`: lower case, as Docker wants it. */
  readonly name: string;
  readonly version?: string;
  /** One line for people. */
  readonly description?: string;
  /** SPDX expression. */
  readonly licenses?: string;
  /** `os/architecture[/variant]` in Go's words: `linux/386`, `linux/amd64`, `linux/arm/v7`. */
  readonly platform: string;
  /** Seconds since 1970: the only time that the image tells. */
  readonly epoch: number;
  /** From the lowest layer up. */
  readonly layers: readonly Layer[];
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly workdir?: string;
  /** Labels of the config, besides the standard ones, which they may override. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Annotations of the manifest, besides the standard ones, which they may override. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Bytes with the digest under which a layout keeps them. */
export interface Blob {
  readonly digest: Sha256;
  readonly bytes: Uint8Array;
}

export interface Image {
  /** sha256 of the manifest: what a registry, a signature and the lock call the image's digest. */
  readonly digest: Sha256;
  readonly manifest: Blob;
  readonly config: Blob;
  /** Bytes of `index.json`. */
  readonly index: Uint8Array;
  /** Bytes of `manifest.json`, which is not of OCI: Docker's classic image store finds its way by it. */
  readonly dockerManifest: Uint8Array;
}

/**
 * All parts of an image but its layers. Equal specs give equal bytes.
 *
 * @throws StagexError of kind `lock` when a part cannot be said in an image.
 */
export function describeImage(spec: ImageSpec): Image {
  checkSpec(spec);
  const platform = parsePlatform(spec);
  const created = `${new Date(spec.epoch * 1000).toISOString().slice(0, -5)}Z`;
  const standard = standardAnnotations(spec, created);

  const config = blobOf({
    created,
    ...platform,
    config: {
      Entrypoint: spec.entrypoint,
      Cmd: spec.cmd,
      Env: spec.env && environment(spec.env),
      WorkingDir: spec.workdir,
      Labels: { ...standard, ...spec.labels },
    },
    rootfs: { type: "layers", diff_ids: spec.layers.map((layer) => `sha256:${layer.digest}`) },
    history: spec.layers.map((layer) => ({ created, created_by: layer.createdBy })),
  });
  const manifest = blobOf({
    schemaVersion: 2,
    mediaType: mediaType.manifest,
    config: descriptor(mediaType.config, config.digest, config.bytes.length),
    layers: spec.layers.map((layer) => descriptor(mediaType.layer, layer.digest, layer.size)),
    annotations: { ...standard, ...spec.annotations },
  });
  const index = encode({
    schemaVersion: 2,
    mediaType: mediaType.index,
    manifests: [
      {
        ...descriptor(mediaType.manifest, manifest.digest, manifest.bytes.length),
        platform,
        annotations: { "org.opencontainers.image.ref.name": spec.name },
      },
    ],
  });
  const dockerManifest = encode([
    {
      Config: blobPath(config.digest),
      RepoTags: [`${spec.name}:latest`],
      Layers: spec.layers.map((layer) => blobPath(layer.digest)),
    },
  ]);
  return { digest: manifest.digest, manifest, config, index, dockerManifest };
}

/** Where a layout keeps a blob (image-layout.md). */
export const blobPath = (digest: Sha256): string => `blobs/sha256/${digest}`;

/** The predefined keys of annotations.md. Docker shows labels and no annotations, so the config repeats them. */
function standardAnnotations(spec: ImageSpec, created: string): Record<string, string> {
  const values = {
    created,
    description: spec.description,
    licenses: spec.licenses,
    title: spec.name,
    version: spec.version,
  };
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      value === undefined ? [] : [[`org.opencontainers.image.${key}`, value]],
    ),
  );
}

function parsePlatform(spec: ImageSpec): { os: string; architecture: string; variant?: string } {
  const [os, architecture, variant, ...rest] = spec.platform.split("/");
  const parts = [os, architecture, variant ?? "none"];
  if (!os || !architecture || rest.length > 0 || !parts.every((part) => /^[a-z0-9._-]+$/.test(part ?? ""))) {
    throw specError(
      spec,
      `its platform is ${JSON.stringify(spec.platform)}`,
      "Write os/architecture[/variant], such as linux/386.",
    );
  }
  return { os, architecture, ...(variant && { variant }) };
}

/** A repository name in Docker's grammar (the distribution reference), within that of `ref.name`. */
const imageName = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;

/** 9999-12-31T23:59:59Z: RFC 3339 has no later time. */
const latestEpoch = 253_402_300_799;

function checkSpec(spec: ImageSpec): void {
  if (!imageName.test(spec.name)) {
    throw specError(
      spec,
      "it is no image name",
      "Use lower-case letters and digits, with . _ or - between them.",
    );
  }
  if (!Number.isInteger(spec.epoch) || spec.epoch < 0 || spec.epoch > latestEpoch) {
    throw specError(spec, `its epoch is ${spec.epoch}`, "Give the whole seconds since 1970.");
  }
  if (spec.layers.length === 0) throw specError(spec, "it has no layer", "Give it a package.");
  if (spec.workdir !== undefined && !spec.workdir.startsWith("/")) {
    throw specError(
      spec,
      `its working directory ${JSON.stringify(spec.workdir)} is not absolute`,
      "Begin it with a slash.",
    );
  }
  const badVariable = Object.entries(spec.env ?? {}).find(
    ([name, value]) => name === "" || /[=\0]/.test(name) || value.includes("\0"),
  );
  if (badVariable) {
    throw specError(
      spec,
      `${JSON.stringify(badVariable[0])} is no variable`,
      "A name holds no =, and neither name nor value holds NUL.",
    );
  }
}

const environment = (variables: Readonly<Record<string, string>>): string[] =>
  Object.keys(variables)
    .sort()
    .map((name) => `${name}=${variables[name]}`);

const descriptor = (type: string, digest: Sha256, size: number) => ({
  mediaType: type,
  digest: `sha256:${digest}`,
  size,
});

function blobOf(value: Json): Blob {
  const bytes = encode(value);
  return { digest: createHash("sha256").update(bytes).digest("hex"), bytes };
}

const encode = (value: Json): Uint8Array => Buffer.from(canonicalJson(value), "utf8");

const specError = (spec: ImageSpec, because: string, remedy: string) =>
  new StagexError("lock", { cannot: `describe image ${JSON.stringify(spec.name)}`, because, remedy });
