export * from "./builder.ts";
export type { Executor, Job, Output } from "./executor.ts";
export * from "./history.ts";
