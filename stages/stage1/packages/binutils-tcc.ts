import { definePackage } from "@stagex/core";
import { tools } from "@stagex/stage0";
import { binutils, binutilsGenerated, binutilsSource } from "../binutils/recipe.ts";
import { busyboxTcc } from "./busybox-tcc.ts";
import { makeTcc } from "./make-tcc.ts";
import { muslTcc } from "./musl-tcc.ts";
import { tinyccMusl } from "./tinycc-musl.ts";

export const binutilsTcc = definePackage({
  name: "binutils-tcc",
  version: "2.44",
  license: "GPL-3.0-or-later",
  summary: "Assembler, linker and archiver for i386 and x86_64, built by TinyCC",
  sources: [binutilsSource],
  needs: [tools, muslTcc, tinyccMusl, makeTcc, busyboxTcc],
  build: binutils({
    CC: "tcc",
    CFLAGS: "-w -DTLS=",
    AR: "tcc -ar",
    RANLIB: "true",
    // TinyCC knows no thread-local variables.
    ac_cv_tls: "none",
    // tcc -ar cannot add to an archive, so libtool must not make one piece by piece.
    lt_cv_sys_max_cmd_len: "100000",
  }),
  provides: ["/usr/bin/ar", "/usr/bin/as", "/usr/bin/ld"],
  generated: binutilsGenerated,
});
