import { definePackage, run } from "@stagex/core";

export const hex0 = definePackage({
  name: "hex0",
  version: "1",
  license: "MIT",
  summary: "Hexadecimal text to bytes; the seed, built by itself from its own text",
  seeds: ["seed/hex0"],
  files: ["hex0/hex0.hex0"],
  build: [run("/build/seed/hex0", "hex0/hex0.hex0", "/out/hex0")],
  provides: ["/hex0"],
});
