import { definePackage } from "@stagex/core";
import { tools } from "@stagex/stage0";
import { binutils, binutilsGenerated, binutilsSource } from "../binutils/recipe.ts";
import { binutilsTcc } from "./binutils-tcc.ts";
import { busyboxTcc } from "./busybox-tcc.ts";
import { gcc31 } from "./gcc-3-1.ts";
import { makeTcc } from "./make-tcc.ts";
import { muslI386 } from "./musl-i386.ts";

export const binutilsI386 = definePackage({
  name: "binutils-i386",
  version: binutilsTcc.version,
  license: "GPL-3.0-or-later",
  summary: "Assembler, linker and archiver for i386 and x86_64, built by GCC",
  sources: [binutilsSource],
  needs: [tools, muslI386, makeTcc, busyboxTcc, gcc31, binutilsTcc],
  build: binutils({ CC: "gcc", CFLAGS: "-O1", LDFLAGS: "-s" }),
  provides: ["/usr/bin/ar", "/usr/bin/as", "/usr/bin/ld"],
  generated: binutilsGenerated,
});
