/**
 * What a person sees of a build. `applyEvent` and `renderView` are pure; `openView` draws on the terminal, or
 * prints a line for each event where there is none.
 */
import { styleText } from "node:util";
import { type BuildEvent, type KeptFailure, type Measure, remainingSeconds } from "@stagex/build";

export interface View {
  /** Packages not at hand when the run began, and not yet done. */
  readonly waiting: Set<string>;
  /** Start of each running build, in milliseconds. */
  readonly running: Map<string, number>;
  readonly fetching: Map<string, { received: number; total: number }>;
  readonly done: { built: number; reused: number; substituted: number; failed: number };
  planned: number;
}

export const emptyView = (): View => ({
  waiting: new Set(),
  running: new Map(),
  fetching: new Map(),
  done: { built: 0, reused: 0, substituted: 0, failed: 0 },
  planned: 0,
});

/** Brings the view up to date. @returns the line that stays on the screen for this event, if any */
export function applyEvent(view: View, event: BuildEvent, now: number): string | undefined {
  switch (event.type) {
    case "plan":
      for (const name of event.names) view.waiting.add(name);
      view.planned = event.names.length;
      return undefined;
    case "fetching":
      if (event.received >= event.total) view.fetching.delete(event.file);
      else view.fetching.set(event.file, event);
      return undefined;
    case "started":
      view.running.set(event.name, now);
      return undefined;
    case "refused":
      return line(
        "yellow",
        "refused",
        `${event.name} from ${event.cache}: ${event.because}; this place is not asked again`,
      );
    case "failed":
      finish(view, event.name);
      view.done.failed++;
      return line("red", "failed", `${event.name}\n${describeKept(event.kept)}`);
    case "skipped":
      finish(view, event.name);
      return line("yellow", "skipped", `${event.name}, which needs what failed`);
    case "built":
      finish(view, event.name);
      view.done.built++;
      return line("green", "built", `${event.name} ${paint("dim", costOf(event.measure))}`);
    case "reused":
    case "substituted": {
      const wasPlanned = view.waiting.has(event.name);
      finish(view, event.name);
      view.done[event.type]++;
      if (event.type === "substituted") return line("cyan", "cached", event.name);
      return wasPlanned ? line("cyan", "reused", event.name) : undefined;
    }
  }
}

const INDENT = " ".repeat(9);

const line = (colour: Colour, word: string, text: string): string =>
  `${paint(colour, word)}${INDENT.slice(word.length)}${text}`;

type Colour = "red" | "yellow" | "green" | "cyan" | "dim";

const paint = (colour: Colour, text: string): string => styleText(colour, text, { stream: process.stderr });

/** The end of a failed build's log, and where the rest is. */
const describeKept = ({ log, logEnd, work, diskFull }: KeptFailure): string =>
  [
    ...logEnd.map((one) => `| ${printable(one)}`),
    `log: ${log}`,
    `work folder: ${work}`,
    ...(diskFull ? ["The disk is full: make room, for instance with `stagex gc`."] : []),
  ]
    .map((one) => INDENT + one)
    .join("\n");

/** Builds write what they like; on a terminal it must not steer anything. */
const printable = (text: string): string => text.replaceAll("\t", "    ").replace(/\p{Cc}/gu, "?");

function finish(view: View, name: string): void {
  view.running.delete(name);
  view.waiting.delete(name);
}

/** The part of the screen that changes: a summary line, and a line for each thing under way. */
export function renderView(
  view: View,
  history: ReadonlyMap<string, Measure>,
  jobs: number,
  now: number,
  width: number,
): string {
  const finished = view.planned - view.waiting.size;
  const left = remainingSeconds(view.waiting, history, jobs);
  const estimate = left === null || view.waiting.size === 0 ? "" : `, about ${duration(left)} left`;
  const lines = [`[${finished}/${view.planned}] packages${estimate}`];
  for (const [name, start] of view.running)
    lines.push(`  building ${name}  ${duration((now - start) / 1000)}`);
  for (const [file, { received, total }] of view.fetching) {
    lines.push(
      `  fetching ${file}  ${Math.floor((100 * received) / Math.max(1, total))} % of ${bytes(total)}`,
    );
  }
  return lines.map((line) => line.slice(0, width)).join("\n");
}

const costOf = ({ seconds, peakBytes }: Measure): string =>
  [duration(seconds), ...(peakBytes > 0 ? [bytes(peakBytes)] : [])].join(", ");

/** A duration for people: `0.31 s`, `12 s`, `3 min 05 s`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** A size for people, in powers of 1024. */
export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let value = count / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export interface OpenView {
  readonly view: View;
  onEvent(event: BuildEvent): void;
  close(): void;
}

/** Draws on `stream`, which is standard error, so that standard output stays for results. */
export async function openView(
  history: ReadonlyMap<string, Measure>,
  jobs: number,
  stream: NodeJS.WriteStream = process.stderr,
): Promise<OpenView> {
  const view = emptyView();
  if (!stream.isTTY) {
    const onEvent = (event: BuildEvent) => {
      const line = applyEvent(view, event, Date.now());
      if (line !== undefined) stream.write(`${line}\n`);
    };
    return { view, onEvent, close: () => {} };
  }
  const { createLogUpdate } = await import("log-update"); // not where there is no terminal: it costs 30 ms
  const live = createLogUpdate(stream);
  const draw = () => live(renderView(view, history, jobs, Date.now(), stream.columns || 80));
  const timer = setInterval(draw, 100);
  return {
    view,
    onEvent(event) {
      const line = applyEvent(view, event, Date.now());
      if (line === undefined) return;
      live.clear();
      stream.write(`${line}\n`);
      draw();
    },
    close() {
      clearInterval(timer);
      live.clear();
    },
  };
}
