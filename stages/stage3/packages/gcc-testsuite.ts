import { definePackage, shell } from "@stagex/core";
import { busyboxAmd64, gccAmd64 } from "@stagex/stage2";

const archive = "gcc-16_16.2.0.orig.tar.gz";
const top = "gcc-16.2.0/gcc/testsuite";
const parts = [
  "gcc.c-torture/execute",
  ...["eh", "inherit", "init", "rtti", "tls", "torture"].map((name) => `g++.dg/${name}`),
  // What these include from elsewhere.
  ...["tg-tests.h", "pr98304-1.c"].map((name) => `gcc.dg/${name}`),
  ...["pr105777", "pr109938", "pr109986", "pr30314", "pr91680"].map((name) => `gcc.dg/tree-ssa/${name}.c`),
];

export const gccTestsuite = definePackage({
  ...gccAmd64,
  name: "gcc-testsuite",
  license: "GPL-3.0-or-later",
  summary: "Programs that GCC's authors test its compilers for C and C++ with",
  needs: [busyboxAmd64],
  build: [
    shell(`
mkdir -p /out/src/gcc-testsuite
tar -x -O -f ${archive} gcc-16-16.2.0/gcc-16.2.0-dfsg.tar.xz |
  tar -x -J -f - -C /out/src/gcc-testsuite --strip-components 3 \\
    ${parts.map((part) => `${top}/${part}`).join(" \\\n    ")}`),
  ],
  provides: ["/src/gcc-testsuite/gcc.c-torture/execute/20000112-1.c", "/src/gcc-testsuite/g++.dg/eh"],
  generated: [],
});
