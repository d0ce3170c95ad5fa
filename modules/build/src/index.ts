export * from "./builder.ts";
export * from "./history.ts";
export * from "./pallet.ts";
