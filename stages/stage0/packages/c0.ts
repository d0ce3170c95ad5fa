import { definePackage, run } from "@stagex/core";
import { asm } from "./asm.ts";

export const c0 = definePackage({
  name: "c0",
  version: "1",
  license: "MIT",
  summary: "Compiler for C0, a small part of C",
  files: ["asm/x86.asm", "c0/c0.asm"],
  needs: [asm],
  build: [run("/asm", "/out/c0", "asm/x86.asm", "c0/c0.asm")],
  provides: ["/c0"],
});
