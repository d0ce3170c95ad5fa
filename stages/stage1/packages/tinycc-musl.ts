import { definePackage, run } from "@stagex/core";
import { tools } from "@stagex/stage0";
import { generation, install } from "../tinycc/recipe.ts";
import { muslTcc } from "./musl-tcc.ts";
import { tinycc2 } from "./tinycc-2.ts";
import { tinyccPatched } from "./tinycc-patched.ts";

export const tinyccMusl = definePackage({
  name: "tinycc-musl",
  version: tinyccPatched.version,
  license: "LGPL-2.1-or-later AND MIT",
  summary: "TinyCC on musl, built by itself until nothing changes",
  files: ["tinycc/config.h"],
  needs: [tools, tinycc2, muslTcc, tinyccPatched],
  build: [
    ...generation("/usr/bin/tcc", "/build/3"),
    ...generation("/build/3/tcc", "/build/4"),
    run("/cmp", "/build/3/tcc", "/build/4/tcc"),
    run("/cmp", "/build/3/libtcc1.a", "/build/4/libtcc1.a"),
    ...install("/build/4"),
  ],
  provides: ["/usr/bin/tcc", "/usr/lib/tcc/libtcc1.a"],
});
