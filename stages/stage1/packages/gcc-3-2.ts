import { definePackage } from "@stagex/core";
import { tools } from "@stagex/stage0";
import { gcc, gccGenerated, gccSource } from "../gcc-3/recipe.ts";
import { binutilsI386 } from "./binutils-i386.ts";
import { busyboxTcc } from "./busybox-tcc.ts";
import { gcc31 } from "./gcc-3-1.ts";
import { makeTcc } from "./make-tcc.ts";
import { muslI386 } from "./musl-i386.ts";

export const gcc32 = definePackage({
  name: "gcc-3-2",
  version: gcc31.version,
  license: "GPL-2.0-or-later",
  summary: "GCC's C and C++ compilers, built by the GCC that TinyCC built",
  sources: [gccSource],
  needs: [tools, muslI386, makeTcc, busyboxTcc, binutilsI386, gcc31],
  build: gcc({ compiler: "gcc", flags: "-O1", languages: "c,c++" }),
  provides: ["/usr/bin/gcc", "/usr/bin/g++"],
  generated: gccGenerated,
});
