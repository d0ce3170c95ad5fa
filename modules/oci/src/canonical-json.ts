/** What JSON can say. Members that are undefined are left out, as JSON.stringify does. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json | undefined };

/**
 * JSON in the one form of RFC 8785 (JCS): no white space, members sorted by the UTF-16 units of their names.
 * Equal values have equal bytes, so a digest of the text is a digest of the value.
 */
export function canonicalJson(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.keys(value)
    .sort()
    .flatMap((name) => {
      const member = value[name];
      return member === undefined ? [] : [`${JSON.stringify(name)}:${canonicalJson(member)}`];
    });
  return `{${members.join(",")}}`;
}

// Array.isArray does not narrow a readonly list away from an object.
const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
