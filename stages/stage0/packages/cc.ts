import { definePackage, run } from "@stagex/core";
import { c0 } from "./c0.ts";

const parts = [
  ...["base", "lex", "preprocess", "number", "type", "tree", "generate", "expression", "initialise"],
  ...["declaration", "statement", "elf", "main"],
].map((part) => `cc/${part}.c`);

export const cc = definePackage({
  name: "cc",
  version: "1",
  license: "MIT",
  summary: "C compiler for i386, able to compile TinyCC",
  files: parts,
  needs: [c0],
  build: [run("/c0", "/out/cc", ...parts)],
  provides: ["/cc"],
});
