import { definePackage } from "@stagex/core";
import { tools } from "@stagex/stage0";
import { buildBusybox, busyboxSource } from "../busybox/recipe.ts";
import { makeTcc } from "./make-tcc.ts";
import { muslTcc } from "./musl-tcc.ts";
import { tinyccMusl } from "./tinycc-musl.ts";

export const busyboxTcc = definePackage({
  name: "busybox-tcc",
  version: "1.37.0",
  license: "GPL-2.0-only",
  summary: "Shell and Unix tools in one program, built by TinyCC",
  files: ["busybox/Makefile", "busybox/config", "busybox/*.c", "busybox/*.patch"],
  sources: [busyboxSource],
  needs: [tools, muslTcc, tinyccMusl, makeTcc],
  // TinyCC calls itself GCC 2; busybox would take that for one without attributes and restrict.
  build: buildBusybox("tcc -D__attribute__=__attribute__ -D__restrict=restrict"),
  provides: ["/bin/busybox", "/bin/sh", "/bin/awk", "/bin/sed"],
});
