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
export function drawCosts(packages: readonly PackageCost[]): string {
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

/** Writes bench/results.json and bench/results.md. */
export function keepResults(figures: readonly Figure[], rounds: number): void {
  const machine = describeMachine();
  const results = { machine, rounds, figures };
  writeFileSync(join(project, "bench/results.json"), `${JSON.stringify(results, null, 2)}\n`);
  const facts = Object.entries(machine).map(([name, value]) => `- ${name}: ${value}`);
  const text = [
    "# Results of `scripts/bench`",
    "",
    formatFigures(figures),
    "",
    `Medians of ${rounds} rounds, on:`,
    "",
    ...facts,
  ];
  writeFileSync(join(project, "bench/results.md"), `${text.join("\n")}\n`);
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
    nix: run("nix-build", ["--version"]).output.trim(),
    "load at the end": loadavg()[0]?.toFixed(1) ?? "unknown",
  };
}
