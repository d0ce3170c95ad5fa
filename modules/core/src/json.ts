/**
 * JSON for review: two spaces, one list element or member a line, and short leaves on one line, so that a
 * diff shows one changed fact as one changed line. Members keep the order in which they are given.
 */
export function formatJson(value: unknown, width = 110, indent = ""): string {
  const flat = flatten(value);
  if (flat === undefined) return "null";
  const fits = indent.length + flat.length <= width && isLeaf(value);
  if (fits || typeof value !== "object" || value === null) return flat;

  const inner = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((item) => inner + formatJson(item, width, inner))
    : members(value).map(
        ([name, item]) => `${inner}${JSON.stringify(name)}: ${formatJson(item, width, inner)}`,
      );
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return lines.length === 0 ? `${open}${close}` : `${open}\n${lines.join(",\n")}\n${indent}${close}`;
}

function members(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, item]) => item !== undefined);
}

/** A value whose parts hold no further object: it may stand on one line. */
function isLeaf(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return Object.values(value).every((item) => typeof item !== "object" || item === null);
}

function flatten(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(flatten).join(", ")}]`;
  const inside = members(value).map(([name, item]) => `${JSON.stringify(name)}: ${flatten(item)}`);
  return inside.length === 0 ? "{}" : `{ ${inside.join(", ")} }`;
}
