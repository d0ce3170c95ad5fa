import { autotools, debian, definePackage, source, unpackOld } from "@stagex/core";
import { i386Toolchain } from "../toolchain.ts";
import { gmpI386 } from "./gmp-i386.ts";
import { mpfrI386 } from "./mpfr-i386.ts";

export const mpcI386 = definePackage({
  name: "mpc-i386",
  version: "1.3.1",
  license: "LGPL-3.0-or-later",
  summary: "Library for complex numbers of any precision, which GCC computes with",
  sources: [
    source({
      sha256: "ab642492f5cf882b74aa0cb730cd410a81edcdbec895183ce930e706c1c759b8",
      size: 773573,
      file: "mpc-{version}.tar.gz",
      from: ["https://ftp.gnu.org/gnu/mpc/{file}", debian("mpclib3_{version}.orig.tar.gz")],
    }),
  ],
  needs: [...i386Toolchain, gmpI386, mpfrI386],
  build: autotools({
    unpack: unpackOld,
    configure: ["--build=i386-pc-linux-gnu", "--disable-shared"],
    env: { CFLAGS: "-O1" },
  }),
  provides: ["/usr/lib/libmpc.a", "/usr/include/mpc.h"],
  generated: ["*/configure", "*/Makefile.in", "*/config*.in"],
});
