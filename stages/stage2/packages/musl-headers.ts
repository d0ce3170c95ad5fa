import { definePackage, run, unpack } from "@stagex/core";
import { muslI386 } from "@stagex/stage1";
import { hostToolchain } from "../host.ts";

export const muslHeaders = definePackage({
  name: "musl-headers",
  version: muslI386.version,
  license: "MIT",
  summary: "musl's headers for x86_64, where a compiler is built that runs on i386",
  sources: muslI386.sources ?? [],
  needs: hostToolchain,
  build: (context) => [
    ...unpack(context),
    run(
      "/usr/bin/make",
      "-C",
      "source",
      "ARCH=x86_64",
      "DESTDIR=/out/x86_64",
      "prefix=/usr",
      "install-headers",
    ),
  ],
  provides: ["/x86_64/usr/include/stdio.h"],
});
