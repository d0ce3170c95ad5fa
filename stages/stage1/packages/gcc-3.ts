import { definePackage, run } from "@stagex/core";
import { tools } from "@stagex/stage0";
import { gcc, gccGenerated, gccSource, libstdcxx, sameAsCompiler } from "../gcc-3/recipe.ts";
import { binutilsI386 } from "./binutils-i386.ts";
import { busyboxTcc } from "./busybox-tcc.ts";
import { gcc32 } from "./gcc-3-2.ts";
import { makeTcc } from "./make-tcc.ts";
import { muslI386 } from "./musl-i386.ts";

export const gcc3 = definePackage({
  name: "gcc-3",
  version: gcc32.version,
  license: "GPL-2.0-or-later",
  summary: "GCC for C and C++ on i386, built by itself until nothing changes, with the C++ library",
  sources: [gccSource],
  needs: [tools, muslI386, makeTcc, busyboxTcc, binutilsI386, gcc32],
  build: (context) => [
    ...gcc({ compiler: "gcc", flags: "-O1", languages: "c,c++" })(context),
    sameAsCompiler,
    ...libstdcxx,
    // The name that make knows.
    run("/bin/ln", "-s", "gcc", "/out/usr/bin/cc"),
  ],
  provides: ["/usr/bin/gcc", "/usr/bin/g++", "/usr/lib/libstdc++.a", "/usr/include/c++/3.4.6/string"],
  generated: gccGenerated,
});
