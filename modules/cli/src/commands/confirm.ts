import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { exitStatus, type Lock, reasonOf, StagexError } from "@stagex/core";
import {
  type Confirmation,
  confirmationPath,
  isReference,
  knownIn,
  parseReference,
  readAttachments,
  readConfirmation,
  withImage,
} from "@stagex/trust";
import { type GlobalOptions, openSession, readLock, replaceFile, type Session } from "../session.ts";
import { attachTo } from "./sign.ts";

/** Where a project keeps confirmations. */
export const confirmationsOf = ({ project }: Session): string => join(project, "confirmations");

/** The confirmations in files, or in all `.json` files below folders. */
export function readFiles(places: readonly string[]): { source: string; text: Uint8Array }[] {
  return places.flatMap((place) => {
    if (!existsSync(place)) {
      throw new StagexError("usage", { cannot: `read ${place}`, because: "there is no such file or folder" });
    }
    const paths = statSync(place).isDirectory() ? documentsBelow(place) : [place];
    return paths.map((path) => ({ source: path, text: readFileSync(path) }));
  });
}

const documentsBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
    .map(({ parentPath, name }) => resolve(parentPath, name))
    .sort();

/**
 * `stagex confirm add PLACE...`: takes other people's confirmations into the project. Each has to be as its builder
 * signed it, and of what the lock pins; whether the builder is to be trusted is for each user's policy.
 */
export async function add(places: readonly string[], options: GlobalOptions): Promise<void> {
  const session = openSession(options);
  const lock = readLock(session);
  const added: Confirmation[] = [];
  const refused: { source: string; because: string }[] = [];
  for (const { source, text } of await readPlaces(places)) {
    try {
      const confirmation = readConfirmation(text);
      checkAgainst(lock, confirmation);
      const path = join(confirmationsOf(session), confirmationPath(confirmation));
      if (existsSync(path)) continue;
      mkdirSync(join(path, ".."), { recursive: true });
      replaceFile(path, Buffer.from(text).toString());
      added.push(confirmation);
    } catch (error) {
      refused.push({ source, because: reasonOf(error) });
    }
  }
  if (refused.length > 0) process.exitCode = exitStatus.build;
  if (options.json) {
    console.log(JSON.stringify({ added, refused }));
    return;
  }
  for (const one of added) console.log(`added ${describe(one)}`);
  for (const { source, because } of refused)
    console.error(`stagex: Cannot add ${source}: because ${because}`);
  console.log(`${added.length} added, ${refused.length} refused`);
}

/** As {@link readFiles}, and also from references of images, to which confirmations are attached. */
async function readPlaces(places: readonly string[]): Promise<{ source: string; text: Uint8Array }[]> {
  const found = readFiles(places.filter((place) => !isReference(place)));
  for (const place of places.filter(isReference)) {
    await withImage(parseReference(place), async ({ directory, image }) => {
      for (const { kind, source, content } of readAttachments(directory, image)) {
        if (kind === "confirmation") found.push({ source: `${place}: ${source}`, text: content });
      }
    });
  }
  return found;
}

/**
 * `stagex confirm attach PALLET REFERENCE [PLACE...]`: attaches confirmations of a pallet's image to it, by default
 * those of the project.
 */
export async function attach(
  pallet: string,
  reference: string,
  places: readonly string[],
  options: GlobalOptions,
): Promise<void> {
  const session = openSession(options);
  const known = knownIn(readLock(session), { kind: "pallet", name: pallet });
  const folder = join(confirmationsOf(session), "pallets", pallet);
  const texts = readFiles(places.length > 0 ? places : existsSync(folder) ? [folder] : []).flatMap(
    ({ text }) => {
      const { kind, digest, recipe } = readConfirmation(text);
      return kind === "pallet" && digest === known.digest && recipe === known.recipe
        ? [{ content: text }]
        : [];
    },
  );
  if (texts.length === 0) {
    throw new StagexError("usage", {
      cannot: `attach confirmations to ${reference}`,
      because: `there is none of pallet ${pallet} as the lock pins it`,
      remedy: `\`stagex reproduce ${pallet}\` makes one.`,
    });
  }
  await attachTo(reference, known.digest, "confirmation", texts);
  if (options.json) console.log(JSON.stringify({ attached: texts.length, reference }));
  else console.log(`attached to ${reference}: ${texts.length} confirmations`);
}

function checkAgainst(lock: Lock, confirmation: Confirmation): void {
  const { kind, name, recipe, digest } = confirmation;
  const known = knownIn(lock, { kind, name });
  if (recipe !== known.recipe) throw new Error(`it is for another recipe of ${kind} ${name} than the lock's`);
  if (digest !== known.digest) throw new Error(`it is of ${digest}, and the lock pins ${known.digest}`);
}

/** `stagex confirm list [NAME...]`: who confirmed what, of the project's confirmations that match the lock. */
export function list(names: readonly string[], options: GlobalOptions): void {
  const session = openSession(options);
  const lock = readLock(session);
  const folder = confirmationsOf(session);
  const found = (existsSync(folder) ? readFiles([folder]) : []).flatMap(({ source, text }) => {
    try {
      const confirmation = readConfirmation(text);
      checkAgainst(lock, confirmation);
      return names.length === 0 || names.includes(confirmation.name) ? [confirmation] : [];
    } catch (error) {
      console.error(`stagex: ${source} does not count: ${reasonOf(error)}`);
      return [];
    }
  });
  if (options.json) console.log(JSON.stringify(found));
  else for (const one of found) console.log(describe(one));
}

const describe = ({ kind, name, builder, machine, executor, time }: Confirmation): string =>
  `${kind} ${name} by ${builder}, ${time}, ${machine.cpuVendor}, ${machine.kernel}, ${executor}`;
