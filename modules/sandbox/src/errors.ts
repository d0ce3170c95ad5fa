import { argumentOf, type LockedStep, StagexError } from "@stagex/core";

/** Why a job in the sandbox gave no output. */
export type SandboxFailure =
  | "step-failed"
  | "program-missing"
  | "time-limit"
  | "memory-limit"
  | "no-output"
  | "bad-job"
  | "machine";

/**
 * A job that the sandbox could not carry out. Of kind `machine` when this machine lacks something, of kind
 * `build` when the package is at fault.
 */
export class SandboxError extends StagexError {
  readonly failure: SandboxFailure;

  constructor(
    failure: SandboxFailure,
    parts: { cannot: string; because: string; remedy?: string; cause?: unknown },
  ) {
    super(failure === "machine" ? "machine" : "build", parts);
    this.failure = failure;
  }
}

export const stepFailed = (step: LockedStep, because: string): SandboxError =>
  new SandboxError("step-failed", { cannot: `run ${commandOf(step)}`, because });

export const programMissing = (step: LockedStep, missing: string): SandboxError =>
  new SandboxError("program-missing", {
    cannot: `run ${commandOf(step)}`,
    because: `the sandbox has no ${missing}`,
    remedy: "Check the package's needs: their trees make up the sandbox's root.",
  });

export const timeLimit = (step: LockedStep, seconds: number): SandboxError =>
  new SandboxError("time-limit", {
    cannot: `run ${commandOf(step)}`,
    because: `the build ran longer than its limit of ${seconds} s`,
    remedy: "Raise --time-limit if the package needs more time.",
  });

export const memoryLimit = (step: LockedStep, bytes: number): SandboxError =>
  new SandboxError("memory-limit", {
    cannot: `run ${commandOf(step)}`,
    because: `the build used more memory than its limit of ${Math.round(bytes / 2 ** 20)} MiB`,
    remedy: "Raise --memory-limit if the package needs more memory.",
  });

export const noOutput = (): SandboxError =>
  new SandboxError("no-output", {
    cannot: "collect the build's output",
    because: "its steps wrote nothing to /out",
  });

export const badJob = (because: string): SandboxError =>
  new SandboxError("bad-job", { cannot: "set up the sandbox", because });

function commandOf(step: LockedStep): string {
  const command = step.argv.map(argumentOf).join(" ");
  const [line = ""] = command.split("\n");
  return line.length === command.length && line.length <= 120 ? `'${line}'` : `'${line.slice(0, 117)}...'`;
}
