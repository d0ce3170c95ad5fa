import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { closure, type Lock, type LockedSource, packagesOf, projectPath } from "@stagex/core";
import { type GeneratedFile, generatedFiles } from "../generated.ts";
import { type GlobalOptions, openSession, readLock, type Session } from "../session.ts";

/** The trust budget: what a person would have to believe or read. */
export interface Audit {
  packages: number;
  /** Machine code that is executed without having been built here. */
  trustedBytes: { file: string; bytes: number }[];
  /** Lines of this project's own sources, without blank lines and lines that are only a comment. */
  handWritten: { stage: number; language: string; files: number; lines: number }[];
  handWrittenLines: number;
  patches: { file: string; lines: number }[];
  /** Files in other people's sources that a program of theirs made, and that a build uses. */
  generated: GeneratedFile[];
  /** Other people's sources. */
  sources: { file: string; bytes: number; sha256: string }[];
}

/** `stagex audit [PALLET]` */
export async function audit(name: string | undefined, options: GlobalOptions): Promise<void> {
  const session = openSession(options);
  const lock = readLock(session);
  const result = await auditOf(session, lock, name ? packagesOf(lock, name) : Object.keys(lock.packages));
  console.log(options.json ? JSON.stringify(result) : describe(result));
}

async function auditOf({ project, home }: Session, lock: Lock, roots: readonly string[]): Promise<Audit> {
  const names = closure(lock, roots);
  const own = new Map<string, { stage: number; source: LockedSource }>();
  const foreign = new Map<string, LockedSource>();
  for (const name of names) {
    const { stage, sources } = lock.packages[name] ?? { stage: 0, sources: [] };
    for (const source of sources) {
      const path = projectPath(source);
      if (path === undefined) foreign.set(source.sha256, source);
      else if (!own.has(path)) own.set(path, { stage, source });
    }
  }

  const groups = new Map<string, Audit["handWritten"][number]>();
  const patches: Audit["patches"] = [];
  const trustedBytes: Audit["trustedBytes"] = [];
  for (const [path, { stage, source }] of own) {
    if (source.executable) {
      trustedBytes.push({ file: path, bytes: source.size });
      continue;
    }
    const text = readFileSync(join(project, path), "utf8");
    if (path.endsWith(".patch")) {
      patches.push({ file: path, lines: changedLines(text) });
      continue;
    }
    const language = languageOf(path);
    const group = groups.get(`${stage} ${language}`) ?? { stage, language, files: 0, lines: 0 };
    group.files++;
    group.lines += countLines(text, language);
    groups.set(`${stage} ${language}`, group);
  }
  const handWritten = [...groups.values()].sort(
    (a, b) => a.stage - b.stage || (a.language < b.language ? -1 : 1),
  );
  return {
    packages: names.length,
    trustedBytes,
    handWritten,
    handWrittenLines: handWritten.reduce((sum, group) => sum + group.lines, 0),
    patches,
    generated: await generatedFiles(lock, names, join(home, "sources")),
    sources: [...foreign.values()].map(({ file, size, sha256 }) => ({ file, bytes: size, sha256 })),
  };
}

const languages: Readonly<Record<string, string>> = {
  ".hex0": "hex0",
  ".hex1": "hex1",
  ".asm": "asm",
  ".c": "C",
  ".h": "C",
  ".c0": "C0",
  ".S": "assembly",
  ".sh": "shell",
};

const languageOf = (path: string): string => languages[extname(path)] ?? "other";

/** Comments to the end of the line, by language. */
const lineComment: Readonly<Record<string, RegExp>> = {
  hex0: /[;#].*$/,
  hex1: /[;#].*$/,
  asm: /[;#].*$/,
  shell: /^\s*#.*$/,
  C: /\/\/.*$/,
  C0: /\/\/.*$/,
};

export function countLines(text: string, language: string): number {
  const withoutBlocks =
    language === "C" || language === "C0" ? text.replace(/\/\*[\s\S]*?\*\//g, blankLines) : text;
  const comment = lineComment[language] ?? /(?!)/;
  return withoutBlocks.split("\n").filter((line) => line.replace(comment, "").trim() !== "").length;
}

const blankLines = (block: string): string => "\n".repeat(block.split("\n").length - 1);

/** Lines that a unified diff adds or removes. */
const changedLines = (patch: string): number =>
  patch.split("\n").filter((line) => /^[+-](?!\+\+ |-- )/.test(line)).length;

function countBy(items: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts];
}

function describe(audit: Audit): string {
  const trusted = audit.trustedBytes.reduce((sum, { bytes }) => sum + bytes, 0);
  const patched = audit.patches.reduce((sum, { lines }) => sum + lines, 0);
  return [
    `machine code trusted    ${trusted} bytes`,
    ...audit.trustedBytes.map(({ file, bytes }) => `  ${bytes} ${file}`),
    `hand-written lines      ${audit.handWrittenLines}`,
    ...audit.handWritten.map(
      ({ stage, language, lines, files }) => `  ${lines} stage ${stage} ${language}, ${files} files`,
    ),
    `patches                 ${audit.patches.length}, ${patched} lines`,
    ...audit.patches.map(({ file, lines }) => `  ${lines} ${file}`),
    `generated by others     ${audit.generated.length} files`,
    ...countBy(audit.generated.map((one) => one.source)).map(([source, count]) => `  ${count} ${source}`),
    `sources of others       ${audit.sources.length}`,
    ...audit.sources.map(({ file, bytes, sha256 }) => `  ${bytes} ${file} ${sha256}`),
    `packages                ${audit.packages}`,
  ].join("\n");
}
