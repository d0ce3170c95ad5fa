/** Figures as a table, and kept with the machine that they were measured on. */
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import { project, run } from "./bench-run.ts";

export interface Figure {
  readonly name: string;
  readonly unit: "bytes" | "lines" | "s" | "ms" | "MB";
  readonly value: number;
  /** The most that the value may be. */
  readonly bar: number;
  /** Where a bar that is measured itself comes from. */
  readonly note?: string;
}

export const holds = ({ value, bar }: Figure): boolean => value <= bar;

export function formatFigures(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    amount(figure.value, figure.unit),
    `<= ${amount(figure.bar, figure.unit)}${figure.note ? ` (${figure.note})` : ""}`,
    holds(figure) ? "yes" : "NO",
  ]);
  return formatTable([["figure", "measured", "bar", "holds"], ...rows]);
}

/** What one package costs. */
export interface PackageCost {
  readonly name: string;
  readonly stage: number;
  /** Wall time of its steps. */
  readonly seconds: number;
  /** Most memory that they used. */
  readonly peakBytes: number;
  /** Size of its tree. */
  readonly bytes: number;
}

export function formatCosts(packages: readonly PackageCost[]): string {
  const rows = packages.map(({ name, seconds, peakBytes, bytes }) => [
    name,
    `${seconds.toFixed(1)} s`,
    amount(peakBytes / 1e6, "MB"),
    `${(bytes / 1e6).toFixed(1)} MB`,
  ]);
  return formatTable([["package", "time", "memory", "tree"], ...rows]);
}

const ROW = 20;
const NAMES = 130;
const BARS = 420;
/** A colour a stage, which can be told apart on white and on black. */
const COLOURS = ["#888888", "#3b82c4", "#c2703d", "#4f9d69"];

/** Packages that took a hundredth of the time or more, as bars from the first built to the last, and the rest as one. */
function drawCosts(packages: readonly PackageCost[]): string {
  const total = packages.reduce((sum, { seconds }) => sum + seconds, 0);
  const large = packages.filter(({ seconds }) => seconds >= total / 100);
  const rest = packages.length - large.length;
  const others = large.reduce((left, { seconds }) => left - seconds, total);
  const rows = [...large, { name: `${rest} others`, stage: 0, seconds: others }];
  const longest = Math.max(...rows.map(({ seconds }) => seconds));
  const bars = rows.map(({ name, stage, seconds }, index) => {
    const y = ROW * index;
    const width = (BARS * seconds) / longest;
    return [
      `<text x="${NAMES - 8}" y="${y + 14}" text-anchor="end">${name}</text>`,
      `<rect x="${NAMES}" y="${y + 3}" width="${width.toFixed(1)}" height="14" fill="${COLOURS[stage]}"/>`,
      `<text x="${(NAMES + width + 6).toFixed(1)}" y="${y + 14}">${Math.round(seconds)} s</text>`,
    ].join("");
  });
  const [width, height] = [NAMES + BARS + 60, ROW * rows.length];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    ' font-family="sans-serif" font-size="12" fill="#888888" role="img">',
    "<title>Time of each package of the bootstrap, from hex0 to GCC</title>",
    ...bars,
    "</svg>\n",
  ].join("\n");
}

/** Writes what each package costs to bench/bootstrap.md, and draws it. */
export function keepCosts(packages: readonly PackageCost[]): void {
  const text = `# What each package costs\n\n${formatCosts(packages)}\n`;
  writeFileSync(join(project, "bench/bootstrap.md"), text);
  writeFileSync(join(project, "bench/bootstrap.svg"), drawCosts(packages));
}

/** A table in Markdown, which reads as well on a terminal. */
function formatTable(table: readonly (readonly string[])[]): string {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  const lines = table.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`,
  );
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}

function amount(value: number, unit: Figure["unit"]): string {
  const digits = unit === "s" ? 3 : unit === "ms" ? 2 : 0;
  return `${value.toFixed(digits)} ${unit}`;
}

/** Figures that were measured in one go. */
export interface Results {
  readonly machine: Readonly<Record<string, string>>;
  readonly rounds: number;
  readonly figures: readonly Figure[];
}

/** Writes figures to bench/results.json and bench/results.md, in place of those of the same names. */
export function keepResults(figures: readonly Figure[], rounds: number): void {
  const file = join(project, "bench/results.json");
  const kept = JSON.parse(readFileSync(file, "utf8")) as Results[];
  const results = mergeResults(kept, { machine: describeMachine(), rounds, figures });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  const text = ["# Results of `scripts/bench`", ...results.map(formatResults)].join("\n\n");
  writeFileSync(join(project, "bench/results.md"), `${text}\n`);
}

/** The newest results first, and of earlier ones what was not measured again. */
export function mergeResults(earlier: readonly Results[], newest: Results): Results[] {
  const again = new Set(newest.figures.map(({ name }) => name));
  const left = earlier.map((results) => ({
    ...results,
    figures: results.figures.filter(({ name }) => !again.has(name)),
  }));
  return [newest, ...left.filter(({ figures }) => figures.length > 0)];
}

const formatResults = ({ machine, rounds, figures }: Results): string =>
  [
    formatFigures(figures),
    "",
    `Times of less than a minute are medians of ${rounds} rounds. Measured on:`,
    "",
    ...Object.entries(machine).map(([name, value]) => `- ${name}: ${value}`),
  ].join("\n");

function versionOfNix(): string {
  try {
    return run("nix-build", ["--version"]).output.trim();
  } catch {
    return "not here";
  }
}

/** What a reader needs to know of the machine, and nothing that tells whose it is. */
function describeMachine(): Record<string, string> {
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: `${cpus()[0]?.model ?? "unknown"}, ${availableParallelism()} CPUs`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: `Linux ${release()}`,
    system: /^PRETTY_NAME="?(.*?)"?$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "unknown",
    node: process.version,
    nix: versionOfNix(),
    "load at the end": loadavg()[0]?.toFixed(1) ?? "unknown",
  };
}
