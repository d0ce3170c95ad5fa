import { definePackage, run } from "@stagex/core";
import { hex0 } from "./hex0.ts";

export const hex1 = definePackage({
  name: "hex1",
  version: "1",
  license: "MIT",
  summary: "Hexadecimal text with labels to bytes",
  files: ["hex1/hex1.hex0"],
  needs: [hex0],
  build: [run("/hex0", "hex1/hex1.hex0", "/out/hex1")],
  provides: ["/hex1"],
});
