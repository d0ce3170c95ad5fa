import { autotools, definePackage } from "@stagex/core";
import { tools } from "@stagex/stage0";
import { binutilsTcc } from "./binutils-tcc.ts";
import { busyboxTcc } from "./busybox-tcc.ts";
import { gcc31 } from "./gcc-3-1.ts";
import { makeTcc } from "./make-tcc.ts";
import { muslTcc } from "./musl-tcc.ts";

export const muslI386 = definePackage({
  name: "musl-i386",
  version: muslTcc.version,
  license: "MIT",
  summary: "The C library musl for i386, built by GCC",
  files: ["musl-i386/*.patch"],
  sources: muslTcc.sources ?? [],
  needs: [tools, muslTcc, makeTcc, busyboxTcc, binutilsTcc, gcc31],
  build: autotools({ configure: ["--disable-shared"] }),
  provides: ["/usr/lib/libc.a", "/usr/lib/crt1.o", "/usr/include/stdio.h"],
});
