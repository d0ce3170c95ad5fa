import { definePackage } from "@stagex/core";
import { tools } from "@stagex/stage0";
import { gcc, gccGenerated, gccSource } from "../gcc-3/recipe.ts";
import { binutilsTcc } from "./binutils-tcc.ts";
import { busyboxTcc } from "./busybox-tcc.ts";
import { makeTcc } from "./make-tcc.ts";
import { muslTcc } from "./musl-tcc.ts";
import { tinyccMusl } from "./tinycc-musl.ts";

export const gcc31 = definePackage({
  name: "gcc-3-1",
  version: "3.4.6",
  license: "GPL-2.0-or-later",
  summary: "GCC's C compiler, built by TinyCC",
  sources: [gccSource],
  needs: [tools, muslTcc, tinyccMusl, makeTcc, busyboxTcc, binutilsTcc],
  // Not C++: a cc1plus that TinyCC built does not end.
  build: gcc({ compiler: "tcc", flags: "-w", languages: "c" }),
  provides: ["/usr/bin/gcc"],
  generated: gccGenerated,
});
