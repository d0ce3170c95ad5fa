export * from "./errors.ts";
export * from "./graph.ts";
export * from "./json.ts";
export * from "./lock.ts";
export * from "./package.ts";
export * from "./resolve.ts";
export * from "./schedule.ts";
export * from "./tar.ts";
