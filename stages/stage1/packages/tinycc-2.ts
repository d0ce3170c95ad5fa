import { definePackage } from "@stagex/core";
import { tinycc, tools } from "@stagex/stage0";
import { generation, install } from "../tinycc/recipe.ts";
import { tinyccPatched } from "./tinycc-patched.ts";

export const tinycc2 = definePackage({
  name: "tinycc-2",
  version: tinyccPatched.version,
  license: "LGPL-2.1-or-later AND MIT",
  summary: "The patched TinyCC, built by stage 0's with stage 0's libc",
  files: ["tinycc/config.h"],
  needs: [tools, tinycc, tinyccPatched],
  build: [...generation("/usr/bin/tcc", "/build/2"), ...install("/build/2")],
  provides: ["/usr/bin/tcc", "/usr/lib/tcc/libtcc1.a"],
});
