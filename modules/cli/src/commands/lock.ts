import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import {
  CONTAINERFILE_MARK,
  containerfile,
  formatLock,
  type Lock,
  parseLock,
  resolve,
  StagexError,
  stageModules,
} from "@stagex/core";
import { loadDefinitions, projectFiles } from "../definitions.ts";
import {
  type GlobalOptions,
  openSession,
  readLockText,
  replaceFile,
  type Session,
  writeLock,
} from "../session.ts";

/** `stagex lock [--check]` */
export async function lock(options: GlobalOptions & { check?: boolean }): Promise<void> {
  const session = openSession(options);
  if (options.check) {
    const text = readLockText(session.lockPath);
    const locked = parseLock(text);
    const resolved = await resolveProject(session, locked);
    if (formatLock(resolved) !== text) {
      throw new StagexError("lock", {
        cannot: "accept stagex.lock",
        because: `it is stale: ${changedNames(locked, resolved).join(", ")} differ from the definitions`,
        remedy: "Run `./stagex lock`, then `./stagex pin`, and commit the lock.",
      });
    }
    checkContainerfile(session, resolved);
    checkStageModules(session, resolved);
    console.log("stagex.lock is current");
    return;
  }
  const { previous, unreadable } = previousLock(session);
  const resolved = await resolveProject(session, previous);
  writeContainerfile(session, resolved);
  writeStageModules(session, resolved);
  writeLock(session, resolved);
  if (unreadable)
    console.error(`stagex: all pins were dropped, since the old lock could not be used: ${unreadable}`);
  const unpinned = Object.keys(resolved.packages).filter((name) => resolved.packages[name]?.tree === null);
  console.log(
    `${Object.keys(resolved.packages).length} packages and ${Object.keys(resolved.pallets).length} pallets locked`,
  );
  if (unpinned.length > 0) console.log(`without a pinned tree, see \`stagex pin\`: ${unpinned.join(", ")}`);
}

/** Resolves the definitions anew; pins of `previous` that still hold are kept. */
export async function resolveProject(session: Session, previous?: Lock): Promise<Lock> {
  return resolve(await loadDefinitions(session.project), projectFiles(session.project), previous);
}

/** The lock's graph for other builders lies beside the lock, so that they need nothing of this program. */
const containerfilePath = ({ project }: Session): string => join(project, "Containerfile");

/** Replaces the Containerfile as a whole, unless a person wrote it. */
function writeContainerfile(session: Session, lock: Lock): void {
  const path = containerfilePath(session);
  if (existsSync(path) && !readFileSync(path, "utf8").startsWith(CONTAINERFILE_MARK)) {
    throw new StagexError("lock", {
      cannot: `write ${path}`,
      because: "there is one that stagex did not write",
      remedy: "Give that one another name.",
    });
  }
  replaceFile(path, containerfile(lock));
}

function checkContainerfile(session: Session, lock: Lock): void {
  const path = containerfilePath(session);
  if (existsSync(path) && readFileSync(path, "utf8") === containerfile(lock)) return;
  throw new StagexError("lock", {
    cannot: "accept Containerfile",
    because: existsSync(path) ? "it is not what stagex.lock says" : "it is not there",
    remedy: "Run `./stagex lock` and commit it.",
  });
}

/** The modules of the stages, by path, where the project is a Dagger module. */
const stageModuleFiles = ({ project }: Session, lock: Lock): [string, string][] =>
  existsSync(join(project, "dagger.json"))
    ? [...stageModules(lock)].map(([path, text]) => [join(project, path), text])
    : [];

function writeStageModules(session: Session, lock: Lock): void {
  for (const [path, text] of stageModuleFiles(session, lock)) {
    mkdirSync(dirname(path), { recursive: true });
    replaceFile(path, text);
  }
}

function checkStageModules(session: Session, lock: Lock): void {
  for (const [path, text] of stageModuleFiles(session, lock)) {
    if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
    throw new StagexError("lock", {
      cannot: `accept ${relative(session.project, path)}`,
      because: existsSync(path) ? "it is not what stagex.lock says" : "it is not there",
      remedy: "Run `./stagex lock` and commit it.",
    });
  }
}

/** The lock as it was, for its pins. One that cannot be read pins nothing: `lock` is how it is repaired. */
function previousLock({ lockPath }: Session): { previous?: Lock; unreadable?: string } {
  if (!existsSync(lockPath)) return {};
  try {
    return { previous: parseLock(readLockText(lockPath)) };
  } catch (error) {
    if (!(error instanceof StagexError)) throw error;
    return { unreadable: error.because };
  }
}

function changedNames(before: Lock, after: Lock): string[] {
  const names = (lock: Lock) => [...Object.entries(lock.packages), ...Object.entries(lock.pallets)];
  const texts = new Map(names(before).map(([name, block]) => [name, JSON.stringify(block)]));
  const changed = names(after).filter(([name, block]) => texts.get(name) !== JSON.stringify(block));
  const gone = names(before).filter(([name]) => !(name in after.packages) && !(name in after.pallets));
  return [...new Set([...changed, ...gone].map(([name]) => name))];
}
