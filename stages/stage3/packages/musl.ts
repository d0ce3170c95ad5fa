import { autotools, definePackage } from "@stagex/core";
import { muslI386 } from "@stagex/stage1";
import { host } from "../host.ts";

export const musl = definePackage({
  name: "musl",
  version: muslI386.version,
  license: "MIT",
  summary: "The C library musl",
  sources: muslI386.sources ?? [],
  needs: host,
  build: autotools({ configure: ["--disable-shared"] }),
  provides: ["/usr/lib/libc.a", "/usr/lib/rcrt1.o", "/usr/include/stdio.h"],
});
