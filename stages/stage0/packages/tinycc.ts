import { definePackage } from "@stagex/core";
import { fixedPoint } from "../tinycc/recipe.ts";
import { tinycc1 } from "./tinycc-1.ts";
import { tinyccSource } from "./tinycc-source.ts";
import { tools } from "./tools.ts";

export const tinycc = definePackage({
  name: "tinycc",
  version: tinyccSource.version,
  license: "LGPL-2.1-or-later AND MIT",
  summary: "TinyCC for i386, built by itself until nothing changes, with its C library",
  files: ["libc/**/*.{c,h}", "tinycc/config.h"],
  needs: [tools, tinyccSource, tinycc1],
  build: fixedPoint,
  provides: ["/usr/bin/tcc", "/usr/lib/libc.a", "/usr/lib/tcc/libtcc1.a", "/usr/include/stdio.h"],
});
