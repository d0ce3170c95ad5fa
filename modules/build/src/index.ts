export * from "./builder.ts";
export * from "./history.ts";
