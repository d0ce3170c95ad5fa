/** What each package's last build took, for the estimate of the remaining time. A guess, never an input. */
import { readFile, rename, rm, writeFile } from "node:fs/promises";

export interface Measure {
  /** Wall time of the steps. */
  readonly seconds: number;
  /** Highest memory use, in bytes; 0 where it could not be measured. */
  readonly peakBytes: number;
}

/** Reads the records of earlier runs; a damaged file counts as empty. */
export async function readHistory(path: string): Promise<Map<string, Measure>> {
  try {
    const entries = Object.entries(JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>);
    return new Map(entries.filter((entry): entry is [string, Measure] => isMeasure(entry[1])));
  } catch {
    return new Map();
  }
}

function isMeasure(value: unknown): value is Measure {
  const { seconds, peakBytes } = (value ?? {}) as Partial<Measure>;
  return typeof seconds === "number" && typeof peakBytes === "number";
}

/**
 * Adds this run's measures to those on disk. Two runs that end at once lose one's measures, and a full disk loses
 * all of them, which is no reason to fail.
 */
export async function recordHistory(path: string, measures: ReadonlyMap<string, Measure>): Promise<void> {
  if (measures.size === 0) return;
  const merged = new Map([...(await readHistory(path)), ...measures]);
  const partial = `${path}.${process.pid}`;
  try {
    await writeFile(partial, JSON.stringify(Object.fromEntries([...merged].sort())));
    await rename(partial, path);
  } catch {
    await rm(partial, { force: true });
  }
}

/**
 * Seconds that remain for `waiting` packages on `jobs` slots, by their last times; unknown packages count as
 * the mean of the known ones. Null while nothing is known.
 */
export function remainingSeconds(
  waiting: Iterable<string>,
  history: ReadonlyMap<string, Measure>,
  jobs: number,
): number | null {
  if (history.size === 0) return null;
  const known = [...history.values()].map((measure) => measure.seconds);
  const mean = known.reduce((sum, seconds) => sum + seconds, 0) / known.length;
  let total = 0;
  let longest = 0;
  for (const name of waiting) {
    const seconds = history.get(name)?.seconds ?? mean;
    total += seconds;
    longest = Math.max(longest, seconds);
  }
  return Math.max(longest, total / jobs);
}
