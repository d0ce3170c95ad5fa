/** What the commands share: the lock, the folders, the store and the sources of one run. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Places } from "@stagex/build";
import { formatLock, type Lock, parseLock, reasonOf, StagexError } from "@stagex/core";

/** Exit status of a run that was interrupted: by convention 128 and the number of SIGINT. */
export const INTERRUPTED = 130;

/** Options that every command has. */
export interface GlobalOptions {
  lock?: string;
  home?: string;
  json?: boolean;
}

export interface Session {
  /** Path of stagex.lock. */
  readonly lockPath: string;
  /** The project's root: the folder of the lock. */
  readonly project: string;
  /** The folder that all projects of a user share. */
  readonly home: string;
}

/** Finds the lock: the given one, else the nearest stagex.lock upwards, else the launcher's own project. */
export function openSession(options: GlobalOptions): Session {
  const lockPath = resolve(options.lock ?? join(process.env.STAGEX_PROJECT ?? process.cwd(), "stagex.lock"));
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return { lockPath, project: dirname(lockPath), home: resolve(options.home ?? join(cache, "stagex")) };
}

export function readLock({ lockPath }: Session): Lock {
  return parseLock(readLockText(lockPath));
}

export function readLockText(lockPath: string): string {
  try {
    return readFileSync(lockPath, "utf8");
  } catch (cause) {
    throw new StagexError("lock", {
      cannot: `read ${lockPath}`,
      because: (cause as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : reasonOf(cause),
      remedy: "Run from a checkout of the project, name a lock with --lock, or write one with `stagex lock`.",
      cause,
    });
  }
}

export const writeLock = ({ lockPath }: Session, lock: Lock): void => replaceFile(lockPath, formatLock(lock));

/** Replaces a file as a whole, or leaves it as it was. */
export function replaceFile(path: string, content: string): void {
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, content);
  renameSync(partial, path);
}

export const placesOf = ({ home }: Session): Places => ({
  logs: join(home, "logs"),
  failed: join(home, "failed"),
  history: join(home, "history.json"),
});

/** Notes that this lock uses the store, so that `gc` keeps what it pins. */
export function registerRoot({ home, lockPath }: Session): void {
  const folder = join(home, "roots");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, createHash("sha256").update(lockPath).digest("hex")), lockPath);
}
