import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { reasonOf, StagexError } from "@stagex/core";
import { type Blob, blobPath, describeImage, type Image, type ImageSpec, type Layer } from "./image.ts";

/**
 * Writes an image as an OCI image layout (image specification 1.1, image-layout.md) at `directory`, checking
 * each layer's bytes against its digest on the way. An older layout there is replaced. Whenever the process
 * may end, the directory is complete or not there.
 *
 * Beside the files of the specification stands Docker's `manifest.json`, so that the directory packed by tar
 * is input for `docker load` with either of its image stores.
 *
 * @throws StagexError of kind `build` when a layer differs from its digest, of kind `machine` when the
 * directory holds something that is no layout or the disk refuses, and whatever {@link describeImage} throws.
 */
export async function writeLayout(directory: string, spec: ImageSpec): Promise<Image> {
  const image = describeImage(spec);
  try {
    await writeFiles(resolve(directory), spec.layers, image);
  } catch (error) {
    if (error instanceof StagexError) throw error;
    throw writeError(
      directory,
      reasonOf(error),
      "Check the disk and its permissions, or name another directory.",
      error,
    );
  }
  return image;
}

async function writeFiles(target: string, layers: readonly Layer[], image: Image): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await removeLeftovers(target);
  await checkReplaceable(target);

  const work = await mkdtemp(join(dirname(target), `${workPrefix(target)}${process.pid}-`));
  try {
    const layout = join(work, "layout");
    await mkdir(join(layout, "blobs/sha256"), { recursive: true });
    const distinct = new Map(layers.map((layer) => [layer.digest, layer]));
    for (const layer of distinct.values()) await writeLayer(layout, layer);
    for (const blob of [image.config, image.manifest]) await writeBlob(layout, blob);
    await writeFile(join(layout, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
    await writeFile(join(layout, "index.json"), image.index);
    await writeFile(join(layout, "manifest.json"), image.dockerManifest);
    await putInPlace(layout, target, work);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function writeLayer(layout: string, layer: Layer): Promise<void> {
  const file = createWriteStream(join(layout, blobPath(layer.digest)), { flags: "wx" });
  await pipeline(layer.tar(), (chunks: AsyncIterable<Uint8Array>) => check(chunks, layer), file);
}

/** Hands the bytes on, and throws before their end unless they are the layer's. */
async function* check(chunks: AsyncIterable<Uint8Array>, layer: Layer): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > layer.size) break;
    hash.update(chunk);
    yield chunk;
  }
  const digest = hash.digest("hex");
  if (size === layer.size && digest === layer.digest) return;
  throw new StagexError("build", {
    cannot: `write the layer of ${layer.createdBy}`,
    because: `its bytes are not those of tree ${layer.digest}`,
    remedy: "The stored tree is damaged: remove it and build it again.",
  });
}

const writeBlob = (layout: string, { digest, bytes }: Blob) =>
  writeFile(join(layout, blobPath(digest)), bytes, { flag: "wx" });

/** rename(2) replaces no directory that holds something, so an older layout is first moved aside. */
async function putInPlace(layout: string, target: string, work: string): Promise<void> {
  // More than once round only if another process puts its layout there between the two renames.
  for (let round = 0; !(await moved(layout, target, ["ENOTEMPTY", "EEXIST"])); round++) {
    await checkReplaceable(target);
    await moved(target, join(work, `older-${round}`), ["ENOENT"]);
  }
}

/** Renames, and gives false for the failures that are expected. */
async function moved(from: string, to: string, expected: readonly string[]): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (expected.includes(codeOf(error))) return false;
    throw error;
  }
}

/** Only a layout may be replaced: a mistyped directory must not cost anyone their files. */
async function checkReplaceable(target: string): Promise<void> {
  const names: string[] = await readdir(target).catch((error) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });
  if (names.length === 0 || names.includes("oci-layout")) return;
  throw writeError(target, "the directory holds something else", "Name a new directory, or empty this one.");
}

const workPrefix = (target: string) => `.${basename(target)}.partial-`;

/** Removes what writers of this layout left behind when they were killed. */
async function removeLeftovers(target: string): Promise<void> {
  const prefix = workPrefix(target);
  for (const name of await readdir(dirname(target))) {
    if (!name.startsWith(prefix) || isRunning(Number.parseInt(name.slice(prefix.length), 10))) continue;
    await rm(join(dirname(target), name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? "";

const writeError = (target: string, because: string, remedy?: string, cause?: unknown) =>
  new StagexError("machine", {
    cannot: `write image layout ${target}`,
    because,
    ...(remedy && { remedy }),
    cause,
  });
