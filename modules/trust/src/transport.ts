/**
 * Brings images with all that is attached to them from and to registries, by skopeo. A registry needs no trust: what
 * it gives is checked as a layout on the disk is, and what it holds back can only be missed.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reasonOf, type Sha256, StagexError } from "@stagex/core";
import * as v from "valibot";
import { findImage, listReferrers, referrersTag, signatureTag } from "./attachments.ts";
import { DOCUMENT_LIMIT, parseDocument } from "./document.ts";
import { isLocal, type Reference } from "./reference.ts";

export interface OpenImage {
  /** The layout that has the image and what is attached to it. */
  readonly directory: string;
  readonly image: Sha256;
  /** What could not be had besides the image, and why. */
  readonly missed: readonly string[];
}

type Registry = Extract<Reference, { kind: "registry" }>;

/**
 * Hands the image with its attachments to `work`, as a checked layout.
 *
 * @throws StagexError of kind `build` where the layout is wrong, of kind `source` where a registry does not give it
 */
export async function withImage<T>(reference: Reference, work: (image: OpenImage) => Promise<T>): Promise<T> {
  if (reference.kind === "layout") {
    const image = findImage(reference.directory, reference.tag);
    return work({ directory: reference.directory, image, missed: [] });
  }
  const directory = mkdtempSync(join(tmpdir(), "stagex-image-"));
  try {
    return await work(await pull(reference, directory));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function pull(from: Registry, directory: string): Promise<OpenImage> {
  await skopeo(
    "copy",
    from.host,
    `docker://${from.repository}${from.version}`,
    `oci:${directory}:image`,
  ).catch((cause) => {
    throw unavailable(from, cause);
  });
  const image = findImage(directory, "image");
  const missed: string[] = [];
  const get = (version: string, tag: string) =>
    skopeo("copy", from.host, `docker://${from.repository}${version}`, `oci:${directory}:${tag}`).catch(
      (error) => {
        if (!isAbsent(error)) missed.push(`${from.repository}${version}: ${reasonOf(error)}`);
      },
    );
  for (const tag of [signatureTag(image), referrersTag(image)]) await get(`:${tag}`, tag);
  const listed = await askReferrers(from, image).catch((error) => {
    missed.push(`the registry's list of referrers: ${reasonOf(error)}`);
    return [];
  });
  for (const digest of listed) await get(`@${digest}`, `referrer-${digest.slice("sha256:".length)}`);
  // Also checks what came since the image.
  if (findImage(directory, "image") !== image) throw new Error("the image changed while it was fetched");
  return { directory, image, missed };
}

/** Puts what is attached to the image in `directory` beside the image in a registry. */
export async function push({ directory, image }: OpenImage, to: Registry, kind: "signatures" | "referrers") {
  const tag = kind === "signatures" ? signatureTag(image) : referrersTag(image);
  listReferrers(directory, image);
  await skopeo("copy", to.host, `oci:${directory}:${tag}`, `docker://${to.repository}:${tag}`).catch(
    (cause) => {
      throw new StagexError("source", {
        cannot: `attach to ${to.text}`,
        because: reasonOf(cause),
        remedy: "`skopeo login` gives it your name and password.",
        cause,
      });
    },
  );
}

/** More than these are not fetched. */
const REFERRERS_LIMIT = 100;

const referrersSchema = v.looseObject({
  manifests: v.array(
    v.looseObject({ digest: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/, "is no sha256 digest")) }),
  ),
});

/**
 * Digests of what refers to an image, as the registry itself lists them (distribution specification 1.1). None where
 * it has no such list: then there is the tag. It is asked without a password, and not followed to another place.
 */
async function askReferrers({ host, repository }: Registry, image: Sha256): Promise<string[]> {
  const path = repository.slice(host.length + 1);
  const url = `${isLocal(host) ? "http" : "https"}://${host}/v2/${path}/referrers/sha256:${image}`;
  const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(10_000) });
  if (!response.ok) {
    await response.body?.cancel();
    return [];
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > DOCUMENT_LIMIT) throw new Error(`it is longer than ${DOCUMENT_LIMIT} bytes`);
    parts.push(part);
  }
  const { manifests } = parseDocument(Buffer.concat(parts), referrersSchema);
  return [...new Set(manifests.map(({ digest }) => digest))].slice(0, REFERRERS_LIMIT);
}

function skopeo(command: string, host: string, from: string, to: string): Promise<void> {
  const options = ["--all", "--preserve-digests", "--quiet"];
  if (isLocal(host)) options.push("--src-tls-verify=false", "--dest-tls-verify=false");
  return new Promise((resolve, reject) => {
    // Its own policy would only say no to what is checked here.
    execFile("skopeo", ["--insecure-policy", command, ...options, from, to], (error, _, stderr) => {
      if (!error) return resolve();
      if (error.code === ("ENOENT" as never)) {
        return reject(
          new StagexError("machine", {
            cannot: "reach a registry",
            because: "skopeo is not installed",
            remedy: "Install it, e.g. with `apt install skopeo`.",
          }),
        );
      }
      reject(new Error(/msg="(.*)"/.exec(stderr)?.[1] ?? stderr.trim()));
    });
  });
}

const isAbsent = (error: unknown): boolean => /manifest unknown|not found|404/i.test(reasonOf(error));

const unavailable = (from: Registry, cause: unknown) =>
  cause instanceof StagexError
    ? cause
    : new StagexError("source", {
        cannot: `get ${from.text}`,
        because: reasonOf(cause),
        remedy: "Check the name and the registry; `skopeo login` gives it your name and password.",
        cause,
      });
