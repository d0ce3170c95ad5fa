/**
 * Folders of OpenPGP signatures, as podman, skopeo and CRI-O read them:
 * https://github.com/containers/image/blob/main/docs/containers-registries.d.5.md
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Sha256 } from "@stagex/core";

/** The folder with the signatures of an image: named by the repository without its registry. */
const folderOf = (lookaside: string, repository: string, image: Sha256): string =>
  join(lookaside, `${repository.slice(repository.indexOf("/") + 1)}@sha256=${image}`);

export function readLookaside(lookaside: string, repository: string, image: Sha256) {
  const folder = folderOf(lookaside, repository, image);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^signature-\d+$/.test(name))
    .sort()
    .map((name) => ({ source: join(folder, name), content: readFileSync(join(folder, name)) }));
}

/** Adds a signature under the next free number, as readers count from 1 until there is none. @returns its path */
export function writeLookaside(
  lookaside: string,
  repository: string,
  image: Sha256,
  signature: Uint8Array,
): string {
  const folder = folderOf(lookaside, repository, image);
  mkdirSync(folder, { recursive: true });
  let number = 1;
  while (existsSync(join(folder, `signature-${number}`))) number++;
  const path = join(folder, `signature-${number}`);
  writeFileSync(`${path}.${process.pid}`, signature);
  renameSync(`${path}.${process.pid}`, path);
  return path;
}
