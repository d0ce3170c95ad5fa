import { definePackage } from "@stagex/core";
import { first } from "../tinycc/recipe.ts";
import { cc } from "./cc.ts";
import { tinyccSource } from "./tinycc-source.ts";

export const tinycc1 = definePackage({
  name: "tinycc-1",
  version: tinyccSource.version,
  license: "LGPL-2.1-or-later",
  summary: "TinyCC as built by cc",
  files: ["libc/**/*.{c,h}", "tinycc/config.h"],
  needs: [cc, tinyccSource],
  build: first,
  provides: ["/tinycc-1"],
});
