import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { exitStatus, type Lock, reasonOf, StagexError } from "@stagex/core";
import { type Confirmation, confirmationPath, knownIn, readConfirmation } from "@stagex/trust";
import glob from "fast-glob";
import { type GlobalOptions, openSession, readLock, replaceFile, type Session } from "../session.ts";

/** Where a project keeps confirmations. */
export const confirmationsOf = ({ project }: Session): string => join(project, "confirmations");

/** The confirmations in files, or in all `.json` files below folders. */
export function readFiles(places: readonly string[]): { source: string; text: Uint8Array }[] {
  return places.flatMap((place) => {
    if (!existsSync(place)) {
      throw new StagexError("usage", { cannot: `read ${place}`, because: "there is no such file or folder" });
    }
    const paths = statSync(place).isDirectory()
      ? glob.sync("**/*.json", { cwd: place, absolute: true, followSymbolicLinks: false }).sort()
      : [place];
    return paths.map((path) => ({ source: path, text: readFileSync(path) }));
  });
}

/**
 * `stagex confirm add PLACE...`: takes other people's confirmations into the project. Each has to be as its builder
 * signed it, and of what the lock pins; whether the builder is to be trusted is for each user's policy.
 */
export function add(places: readonly string[], options: GlobalOptions): void {
  const session = openSession(options);
  const lock = readLock(session);
  const added: Confirmation[] = [];
  const refused: { source: string; because: string }[] = [];
  for (const { source, text } of readFiles(places)) {
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
