import { debian, definePackage, source } from "@stagex/core";
import { buildGcc16, gcc16, generatedInGcc16 } from "../gcc/recipe.ts";
import { binutilsAmd64 } from "./binutils-amd64.ts";
import { busyboxAmd64 } from "./busybox-amd64.ts";
import { gcc10Cross } from "./gcc-10-cross.ts";
import { gmpAmd64 } from "./gmp-amd64.ts";
import { libstdcxx10 } from "./libstdcxx-10.ts";
import { linuxHeaders } from "./linux-headers.ts";
import { makeAmd64 } from "./make-amd64.ts";
import { mpcAmd64 } from "./mpc-amd64.ts";
import { mpfrAmd64 } from "./mpfr-amd64.ts";
import { muslAmd64 } from "./musl-amd64.ts";

const programs = [busyboxAmd64, makeAmd64, binutilsAmd64, gcc10Cross];
const libraries = [muslAmd64, linuxHeaders, libstdcxx10, gmpAmd64, mpfrAmd64, mpcAmd64];

export const gccAmd64 = definePackage({
  name: "gcc-amd64",
  version: gcc16.version,
  license: "GPL-3.0-or-later WITH GCC-exception-3.1",
  summary: "GCC for C and C++ on x86_64, built by the cross compiler",
  sources: [
    source({
      sha256: "1f12db4797c619339c7285ce109b35888cafad2487a388430e62f03b65e9ed64",
      size: 107365398,
      file: "gcc-16_{version}.orig.tar.gz",
      from: ["https://snapshot.debian.org/file/cc178d006ecf32d2f157c0094d53693409e0e764", debian()],
    }),
  ],
  needs: [...programs, ...libraries],
  // The analyzer, a tenth of its files, has nothing to do on the way to stage 3.
  build: buildGcc16("-O1", { configure: ["--disable-analyzer"] }),
  provides: ["/usr/bin/gcc", "/usr/bin/g++", "/usr/lib/libstdc++.a"],
  generated: [...generatedInGcc16, ...gcc16.files("gcc/gengtype-lex.cc")],
});
