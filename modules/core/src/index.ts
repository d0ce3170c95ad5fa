export * from "./errors.ts";
export * from "./json.ts";
export * from "./lock.ts";
export * from "./package.ts";
export * from "./resolve.ts";
