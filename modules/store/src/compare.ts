import { join } from "node:path";
import type { TreeEntry } from "@stagex/core";
import { contentOf, entriesOf, Pace } from "./tree.ts";

/** Lines that {@link compareTrees} gives at most, unless told otherwise. */
const LIMIT = 20;

/**
 * How two trees on the disk differ, for a person: a line for each path that only one of them has, or whose
 * type, permissions, size, target or content differ, in the order of their paths. If there are more than
 * `limit`, the last line counts them.
 *
 * @example
 * `usr/bin/tcc: content differs from byte 4711 on`
 */
export async function compareTrees(first: string, second: string, limit = LIMIT): Promise<string[]> {
  const pace = new Pace();
  const [a, b] = [indexOf(first), indexOf(second)];
  const lines: string[] = [];
  for (const path of [...new Set([...a.keys(), ...b.keys()])].sort()) {
    const [mine, other] = [a.get(path), b.get(path)];
    const how =
      mine && other ? difference(mine, other, first, second) : `only in the ${mine ? "first" : "second"}`;
    if (how !== undefined) lines.push(`${printable(path)}: ${how}`);
    await pace.keep();
  }
  if (lines.length <= limit) return lines;
  return [...lines.slice(0, limit), `and ${lines.length - limit} more`];
}

const indexOf = (root: string): Map<string, TreeEntry> =>
  new Map([...entriesOf(root)].map(({ entry }) => [entry.path, entry]));

function difference(a: TreeEntry, b: TreeEntry, first: string, second: string): string | undefined {
  if (a.type !== b.type) return `${a.type} and ${b.type}`;
  if (a.type === "symlink" || b.type === "symlink") {
    const [mine, other] = [a, b].map((one) => ("target" in one ? printable(one.target) : ""));
    return mine === other ? undefined : `leads to ${mine} and to ${other}`;
  }
  if (a.mode !== b.mode) return `permissions ${a.mode.toString(8)} and ${b.mode.toString(8)}`;
  if (a.type === "directory" || b.type === "directory") return undefined;
  const at = firstDifference(join(first, a.path), join(second, b.path), Math.min(a.size, b.size));
  const from = at === undefined ? "" : `content differs from byte ${at} on`;
  if (a.size === b.size) return from || undefined;
  return `${a.size} and ${b.size} bytes, ${from || "one begins as the other"}`;
}

/** Offset of the first byte in which two files differ among their first `size` bytes. */
function firstDifference(a: string, b: string, size: number): number | undefined {
  let offset = 0;
  const others = contentOf(b, size);
  for (const mine of contentOf(a, size)) {
    const other = others.next().value as Buffer;
    if (!mine.equals(other)) return offset + mine.findIndex((byte, index) => byte !== other[index]);
    offset += mine.length;
  }
  return undefined;
}

/** Names come from builds: those with control characters are quoted, so that they cannot steer a terminal. */
const printable = (name: string): string => (/[\p{C}"]/u.test(name) ? JSON.stringify(name) : name);
