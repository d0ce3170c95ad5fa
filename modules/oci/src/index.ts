export * from "./check-layout.ts";
export * from "./image.ts";
export * from "./write-layout.ts";
