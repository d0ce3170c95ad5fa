import { definePackage, run } from "@stagex/core";
import { hex1 } from "./hex1.ts";

export const asm = definePackage({
  name: "asm",
  version: "1",
  license: "MIT",
  summary: "Macro assembler that knows no instruction by itself",
  files: ["asm/asm.hex1"],
  needs: [hex1],
  build: [run("/hex1", "asm/asm.hex1", "/out/asm")],
  provides: ["/asm"],
});
