import { definePackage, shell } from "@stagex/core";
import { busyboxAmd64, gcc16, gccAmd64 } from "@stagex/stage2";

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
  build: ({ sources: [archive] }) => [
    shell(`
mkdir -p /out/src/gcc-testsuite
${gcc16.extract(archive)} -C /out/src/gcc-testsuite --strip-components 3 \\
    ${parts.map((part) => `${gcc16.top}/gcc/testsuite/${part}`).join(" \\\n    ")}`),
  ],
  provides: ["/src/gcc-testsuite/gcc.c-torture/execute/20000112-1.c", "/src/gcc-testsuite/g++.dg/eh"],
  generated: [],
});
