import { definePackage, type Recipe, run, unpack } from "@stagex/core";
import { muslI386 } from "@stagex/stage1";
import { hostToolchain } from "../host.ts";

/** Installs musl's headers for an architecture to `prefix`, below the folder `into`. */
export const installMuslHeaders =
  (arch: string, into: string, prefix: string): Recipe =>
  (context) => [
    ...unpack(context),
    run(
      "/usr/bin/make",
      "-C",
      "source",
      `ARCH=${arch}`,
      `DESTDIR=${into}`,
      `prefix=${prefix}`,
      "install-headers",
    ),
  ];

export const muslHeaders = definePackage({
  name: "musl-headers",
  version: muslI386.version,
  license: "MIT",
  summary: "musl's headers for x86_64, where a compiler is built that runs on i386",
  sources: muslI386.sources ?? [],
  needs: hostToolchain,
  build: installMuslHeaders("x86_64", "/out/x86_64", "/usr"),
  provides: ["/x86_64/usr/include/stdio.h"],
});
