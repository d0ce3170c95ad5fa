/** Reads documents of any origin. */
import * as v from "valibot";

/** Bytes that a document may have: far more than any honest one has. */
export const DOCUMENT_LIMIT = 1024 * 1024;
const DEPTH_LIMIT = 32;

/**
 * Reads a JSON document of a known shape.
 *
 * @throws Error whose message says what is wrong: too long, too deep, not UTF-8, not JSON, a member that is there
 * twice, or whatever the schema says
 */
export function parseDocument<S extends v.GenericSchema>(
  document: Uint8Array | string,
  schema: S,
): v.InferOutput<S> {
  if (document.length > DOCUMENT_LIMIT) throw new Error(`it is longer than ${DOCUMENT_LIMIT} bytes`);
  const text = typeof document === "string" ? document : decode(document);
  const value = parseJson(text);
  checkMembers(text);
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  const isUnknown = issue.type === "strict_object" && issue.expected === "never";
  throw new Error(
    printable(
      isUnknown
        ? `it has ${path}, which nothing here knows`
        : `${path ?? "it"} is not as specified: ${issue.message}`,
    ),
  );
}

/** What a document says must not steer a terminal, nor fill it. */
const printable = (text: string): string => text.replace(/\p{C}/gu, "?").slice(0, 300);

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error("it is not UTF-8");
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("it is not JSON");
  }
}

/** A string, with a colon where it names a member; or a bracket. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}[\]]/g;

/** Refuses what JSON.parse takes in silence: of two members of one name it keeps the last; and no depth is too much. */
function checkMembers(text: string): void {
  const open: Set<string>[] = [];
  for (const [word, colon] of text.matchAll(token)) {
    if (word === "{" || word === "[") open.push(new Set());
    else if (word === "}" || word === "]") open.pop();
    else if (colon !== undefined)
      addMember(open.at(-1) as Set<string>, JSON.parse(word.slice(0, -colon.length)));
    if (open.length > DEPTH_LIMIT) throw new Error(`it is nested more than ${DEPTH_LIMIT} deep`);
  }
}

function addMember(members: Set<string>, name: string): void {
  if (members.has(name)) throw new Error(printable(`it has ${JSON.stringify(name)} twice`));
  members.add(name);
}

/** Lower-case hexadecimal sha256. */
export const hex256 = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{64}$/, "is not a sha256 in lower-case hexadecimal"),
);
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** A time in seconds since 1970, up to the end of the year 9999. */
export const seconds = v.pipe(count, v.maxValue(253_402_300_799));
/** A time as RFC 3339 in UTC, to the second. */
export const time = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, "is not a time such as 2026-01-01T00:00:00Z"),
  v.check((text) => !Number.isNaN(Date.parse(text)), "is not a time"),
);
/** Short text for people: one line of what can be printed. */
export const label = v.pipe(v.string(), v.regex(/^[^\p{C}]{1,200}$/u, "is not a short line of text"));

export const formatTime = (when: Date): string => `${when.toISOString().slice(0, 19)}Z`;
