/**
 * JSON for review: two spaces, one member or element a line, and what holds no further list or object on one
 * line where it fits, so that a diff shows one changed fact as one changed line. Members keep their order.
 */
export function formatJson(value: unknown, width = 110, indent = ""): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (isLeaf(value)) {
    const flat = JSON.stringify(value);
    if (indent.length + flat.length <= width) return flat;
  }
  const inner = `${indent}  `;
  const parts: string[] = [];
  if (Array.isArray(value)) {
    for (const item of value) parts.push(inner + formatJson(item, width, inner));
    return `[\n${parts.join(",\n")}\n${indent}]`;
  }
  for (const [name, item] of Object.entries(value)) {
    if (item !== undefined) parts.push(`${inner}${JSON.stringify(name)}: ${formatJson(item, width, inner)}`);
  }
  return `{\n${parts.join(",\n")}\n${indent}}`;
}

function isLeaf(value: object): boolean {
  for (const item of Object.values(value)) {
    if (typeof item === "object" && item !== null) return false;
  }
  return true;
}

/** A record with its members sorted by name. Names are ASCII, so the order of UTF-16 code units is that of bytes. */
export const sortMembers = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
