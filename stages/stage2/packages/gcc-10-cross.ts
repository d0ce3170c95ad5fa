import { autotools, debian, definePackage, source } from "@stagex/core";
import { gmpI386, mpcI386, mpfrI386 } from "@stagex/stage1";
import { gcc10, gccOptions, gccVariables, generatedInGcc10 } from "../gcc/recipe.ts";
import { hostToolchain } from "../host.ts";
import { muslHeaders } from "./musl-headers.ts";

export const gcc10Cross = definePackage({
  name: "gcc-10-cross",
  version: gcc10.version,
  license: "GPL-3.0-or-later WITH GCC-exception-3.1",
  summary: "GCC for C and C++, which runs on i386 and compiles for x86_64, built by GCC 3.4.6",
  sources: [
    source({
      sha256: "ea3c05faa381486e6b859c047dc14977418bf1ccda4567064e016493fd6fffec",
      size: 84547844,
      file: "gcc-10_10.2.1.orig.tar.xz",
      from: ["https://snapshot.debian.org/file/8ad27f9465511b4ae3b1bac4a6e03d54c050df82", debian()],
    }),
  ],
  needs: [...hostToolchain, gmpI386, mpfrI386, mpcI386, muslHeaders],
  build: autotools({
    unpack: gcc10.unpack,
    configure: [
      ...gccOptions,
      "--build=i386-pc-linux-gnu",
      "--target=x86_64-linux-musl",
      // It stands in for a native compiler, by its names and by where it looks.
      "--program-prefix=",
      "--with-sysroot=/",
      "--with-build-sysroot=/x86_64",
      // The tools of i386 know x86_64 too.
      "--with-build-time-tools=/usr/bin",
      "--with-as=/usr/bin/as",
      "--with-ld=/usr/bin/ld",
    ],
    env: {
      CFLAGS: "-O1",
      // Where a file has no name that others see, 3.4.6 makes one up from the time, unless it is given a seed.
      CXX: "g++ -O1 -frandom-seed=stagex",
      // GCC 3.4.6 does not tell the byte order, which include/plugin-api.h asks for.
      CXXFLAGS: "-w -D__LITTLE_ENDIAN__",
      LDFLAGS: "-s",
      CFLAGS_FOR_TARGET: "-O2",
    },
    // GCC 3.4.6 comes to no end when it optimises this one file.
    make: [...gccVariables("CFLAGS-i386-common.o=-O0"), "all-gcc", "all-target-libgcc"],
    install: [...gccVariables(), "install-gcc", "install-target-libgcc"],
  }),
  provides: ["/usr/bin/gcc", "/usr/bin/g++", "/usr/lib/gcc/x86_64-linux-musl/10.2.0/libgcc.a"],
  generated: generatedInGcc10,
});
