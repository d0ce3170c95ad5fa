/**
 * The embedded executor's sandbox: runs the steps of one package in fresh namespaces, as root or as an
 * ordinary user. The work is done by `sandbox.pl`, of which one process serves the whole run.
 */
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { argumentOf, type LockedStep } from "@stagex/core";
import { badJob, memoryLimit, noOutput, programMissing, stepFailed, timeLimit } from "./errors.ts";
import { explainSetupFailure } from "./machine.ts";
import { Runner } from "./runner.ts";

export interface SandboxJob {
  /** Host directories that make up the root; where two have one path, the earlier wins. May be empty. */
  readonly roots: readonly string[];
  /** Host files that appear as copies at `/build/<name>`; `name` may hold `/`. */
  readonly files: readonly { readonly path: string; readonly name: string; readonly executable: boolean }[];
  /** Run one after another in the same root, in `/build` where a step names no directory. */
  readonly steps: readonly LockedStep[];
  /** The whole environment, before what a step adds. */
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds since 1970: the time of the placed files. */
  readonly epoch: number;
  /**
   * Empty directory for all state, on a file system that can be overlayfs's upper one. After success only `out`
   * is left in it, or will be in a moment; after failure all of it is, for a look.
   */
  readonly scratch: string;
  /** Of all steps together. Memory is watched, not reserved: a job may pass the limit for some 100 ms. */
  readonly limits: { readonly seconds: number; readonly bytes: number };
  /** File to which all that the steps write to stdout and stderr is appended. */
  readonly log: string;
  /** Ends the job; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface SandboxResult {
  /** Host directory with what the build left in `/out`. */
  readonly out: string;
  /** Wall-clock time of the steps. */
  readonly seconds: number;
  /** Most memory seen in use: resident bytes of all processes at once, or of the largest one. */
  readonly peakBytes: number;
}

/** The kernel's limit on the lower directories of an overlay (OVL_MAX_STACK), of which one is an empty one. */
const MAX_ROOTS = 499;

/**
 * Runs a job. When the promise settles, no process of it is left.
 *
 * @throws SandboxError
 */
export async function runInSandbox(job: SandboxJob): Promise<SandboxResult> {
  job.signal?.throwIfAborted();
  checkJob(job);
  writeFileSync(join(job.scratch, "job"), describeJob(job));

  const runner = await Runner.shared();
  // It may have been aborted while the runner started.
  job.signal?.throwIfAborted();
  const answer = await runner.run(job.scratch, job.signal);
  job.signal?.throwIfAborted();
  const [kind, ...rest] = answer.split(" ");
  if (kind !== "ok") {
    noteFailedStep(job.scratch, Number(rest[0]));
    throw failureOf(job, kind ?? "", rest);
  }

  const out = join(job.scratch, "out");
  if (readdirSync(out).length === 0) throw noOutput();
  const [seconds, peakBytes] = rest.map(Number);
  return { out, seconds: seconds ?? 0, peakBytes: peakBytes ?? 0 };
}

/**
 * Runs one step with this process's standard input, output and error, so that a person can look around. A scratch
 * folder that a failed job left is gone on with, and stays as the step leaves it.
 *
 * @returns the step's exit status, or 128 and the number of the signal that ended it
 * @throws SandboxError
 */
export async function runAtTerminal(
  job: Omit<SandboxJob, "signal" | "steps" | "limits" | "log"> & { readonly step: LockedStep },
): Promise<number> {
  const limits = { seconds: 2 ** 31, bytes: 2 ** 40 };
  const whole = { ...job, steps: [job.step], limits, log: "/dev/null" };
  checkJob(whole);
  writeFileSync(join(job.scratch, "job"), describeJob(whole));
  const runner = await Runner.start({ terminal: true });
  const [kind = "", ...rest] = (await runner.run(job.scratch)).split(" ");
  runner.stop();
  if (kind === "ok") return 0;
  if (kind === "exit") return Number(rest[1]);
  if (kind === "signal") return 128 + Number(rest[1]);
  throw failureOf(whole, kind, rest);
}

/** The number of the step at which the job failed that left this scratch folder; undefined if it was none. */
export function failedStep(scratch: string): number | undefined {
  const note = join(scratch, FAILED_STEP);
  return existsSync(note) ? Number(readFileSync(note, "utf8")) : undefined;
}

/** In the scratch folder of a job that failed in a step: the step's number. */
const FAILED_STEP = "failed-step";

function noteFailedStep(scratch: string, step: number): void {
  try {
    if (Number.isInteger(step)) writeFileSync(join(scratch, FAILED_STEP), String(step));
  } catch {
    // A full disk, which may be why the step failed.
  }
}

/** The job as `sandbox.pl` reads it. */
function describeJob(job: SandboxJob): string {
  const variables = (record: Readonly<Record<string, string>>) =>
    list(Object.entries(record).map(([name, value]) => `${name}=${value}`));
  const fields = [
    String(job.limits.seconds),
    String(job.limits.bytes),
    job.log,
    String(job.epoch),
    ...list(job.roots),
    ...variables(job.environment),
    String(job.files.length),
    ...job.files.flatMap(({ path, name, executable }) => [path, name, executable ? "755" : "644"]),
    String(job.steps.length),
    ...job.steps.flatMap((step) => [
      step.cwd ?? "/build",
      ...variables(step.env ?? {}),
      ...list(step.argv.map(argumentOf)),
    ]),
  ];
  if (fields.some((field) => field.includes("\0"))) throw badJob("one of its texts holds a NUL byte");
  return fields.map((field) => `${field}\0`).join("");
}

const list = (items: readonly string[]): string[] => [String(items.length), ...items];

function checkJob({ roots, files }: SandboxJob): void {
  if (roots.length > MAX_ROOTS) {
    throw badJob(`it has ${roots.length} input trees, and overlayfs takes ${MAX_ROOTS}`);
  }
  for (const root of roots) {
    const own = ["build", "out"].find((name) => lstatSync(join(root, name), { throwIfNoEntry: false }));
    if (own) throw badJob(`the input tree ${root} has a /${own}, which is the sandbox's own`);
  }
  const bad = files.find(({ name }) =>
    name.split("/").some((part) => part === "" || part === "." || part === ".."),
  );
  if (bad) throw badJob(`'${bad.name}' is not a plain relative path`);
}

function failureOf(job: Pick<SandboxJob, "steps" | "limits">, kind: string, rest: readonly string[]): Error {
  const step = job.steps[Number(rest[0])] ?? { argv: ["?"] };
  const detail = rest.slice(1).join(" ");
  switch (kind) {
    case "exit":
      return stepFailed(step, `it ended with exit status ${detail}`);
    case "signal":
      return stepFailed(step, `it was killed by ${signalName(Number(detail))}`);
    case "missing":
      return programMissing(step, detail);
    case "time":
      return timeLimit(step, job.limits.seconds);
    case "memory":
      return memoryLimit(step, job.limits.bytes);
    default:
      return explainSetupFailure([kind === "setup" ? [] : kind, ...rest].flat().join(" "));
  }
}

const signalName = (number: number): string =>
  Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`;
