import { autotools, definePackage } from "@stagex/core";
import { muslI386 } from "@stagex/stage1";
import { hostPrograms } from "../host.ts";
import { gcc10Cross } from "./gcc-10-cross.ts";

export const muslAmd64 = definePackage({
  name: "musl-amd64",
  version: muslI386.version,
  license: "MIT",
  summary: "The C library musl for x86_64, built by the cross compiler",
  sources: muslI386.sources ?? [],
  needs: [...hostPrograms, gcc10Cross],
  build: autotools({ configure: ["--disable-shared"] }),
  provides: ["/usr/lib/libc.a", "/usr/lib/crt1.o", "/usr/include/stdio.h"],
});
