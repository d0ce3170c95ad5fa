export { type Diagnosis, diagnoseSandbox } from "./diagnose.ts";
export { SandboxError, type SandboxFailure } from "./errors.ts";
export { failedStep, runAtTerminal, runInSandbox, type SandboxJob, type SandboxResult } from "./sandbox.ts";
