import { autotools, debian, definePackage, source, unpackOld } from "@stagex/core";
import { i386Toolchain } from "../toolchain.ts";
import { gmpI386 } from "./gmp-i386.ts";

export const mpfrI386 = definePackage({
  name: "mpfr-i386",
  version: "4.2.2",
  license: "LGPL-3.0-or-later",
  summary: "Library for floating-point numbers of any precision, which GCC computes with",
  sources: [
    source({
      sha256: "b67ba0383ef7e8a8563734e2e889ef5ec3c3b898a01d00fa0a6869ad81c6ce01",
      size: 1505596,
      file: "mpfr-{version}.tar.xz",
      from: ["https://ftp.gnu.org/gnu/mpfr/{file}", debian("mpfr4_{version}.orig.tar.xz")],
    }),
  ],
  needs: [...i386Toolchain, gmpI386],
  build: autotools({
    unpack: unpackOld,
    configure: ["--build=i386-pc-linux-gnu", "--disable-shared"],
    env: { CFLAGS: "-O1" },
  }),
  provides: ["/usr/lib/libmpfr.a", "/usr/include/mpfr.h"],
  generated: ["*/configure", "*/Makefile.in"],
});
