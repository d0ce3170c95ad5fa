/** Short ways to write jobs in tests, and to run them as another user. */
import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { runInSandbox, type SandboxJob } from "../src/index.ts";

export interface Outcome {
  output: string;
  /** Names in /out, or the error's message. */
  out: string[];
  error: string;
}

/** A job that fits into JSON. */
export type PlainJob = Omit<SandboxJob, "log" | "signal">;

export const shell = (script: string) => ({ argv: ["/bin/sh", "-c", script] });

export function jobIn(folder: string, parts: Partial<PlainJob>): PlainJob {
  return {
    roots: [],
    files: [],
    steps: [],
    environment: { PATH: "/bin" },
    epoch: 1_000_000_000,
    scratch: mkdtempSync(join(folder, "scratch-")),
    limits: { seconds: 30, bytes: 2 ** 30 },
    ...parts,
  };
}

export async function outcomeOf(job: PlainJob, signal?: AbortSignal): Promise<Outcome> {
  const log = `${job.scratch}.log`;
  const written = () => (existsSync(log) ? readFileSync(log, "utf8") : "");
  try {
    const { out } = await runInSandbox({ ...job, log, ...(signal && { signal }) });
    return { output: written(), out: readdirSync(out).sort(), error: "" };
  } catch (error) {
    return { output: written(), out: [], error: (error as Error).message };
  }
}

/** Runs jobs in another process, which `prefix` starts: another user, or within other namespaces. */
export async function outcomesUnder(prefix: string[], folder: string, jobs: PlainJob[]): Promise<Outcome[]> {
  const path = join(folder, `jobs-${Math.random()}.json`);
  writeFileSync(path, JSON.stringify(jobs));
  chmodSync(path, 0o644);
  const [command = "", ...args] = [
    ...prefix,
    process.execPath,
    "--import",
    "tsx",
    import.meta.filename,
    path,
  ];
  const { stdout } = await promisify(execFile)(command, args, { cwd: import.meta.dirname });
  return JSON.parse(stdout);
}

if (process.argv[1] === import.meta.filename) {
  const jobs = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as PlainJob[];
  const outcomes: Outcome[] = [];
  for (const job of jobs) outcomes.push(await outcomeOf(job));
  process.stdout.write(JSON.stringify(outcomes));
}
