import { autotools, debian, definePackage, source } from "@stagex/core";
import { i386Toolchain } from "../toolchain.ts";
import { m4I386 } from "./m4-i386.ts";

export const gmpI386 = definePackage({
  name: "gmp-i386",
  version: "6.3.0",
  license: "LGPL-3.0-or-later OR GPL-2.0-or-later",
  summary: "Library for large numbers, which GCC computes with",
  files: ["gmp/*.patch"],
  sources: [
    source({
      sha256: "bd2966e6d277f79328e894a5a9f3ba3fbf2ed2be81def5f48623e30c23fb1572",
      size: 1870556,
      file: "gmp_{version}+dfsg.orig.tar.xz",
      from: ["https://snapshot.debian.org/file/72323f8cf07aa5d338aff92ef42eea622569ed2c", debian()],
    }),
  ],
  needs: [...i386Toolchain, m4I386],
  build: autotools({
    configure: ["--build=i386-pc-linux-gnu", "--disable-assembly", "--disable-shared"],
    env: { CFLAGS: "-O1" },
  }),
  provides: ["/usr/lib/libgmp.a", "/usr/include/gmp.h"],
  generated: ["*/configure", "*/Makefile.in", "*/config*.in"],
});
