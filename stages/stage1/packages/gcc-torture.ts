import { debian, definePackage, shell, source } from "@stagex/core";
import { busyboxTcc } from "./busybox-tcc.ts";

const archive = "gcc-10_10.2.1.orig.tar.xz";

export const gccTorture = definePackage({
  name: "gcc-torture",
  version: "10.2.0",
  license: "GPL-3.0-or-later",
  summary: "GCC's own programs to run as tests of a C compiler",
  sources: [
    source({
      sha256: "ea3c05faa381486e6b859c047dc14977418bf1ccda4567064e016493fd6fffec",
      size: 84547844,
      file: archive,
      from: ["https://snapshot.debian.org/file/8ad27f9465511b4ae3b1bac4a6e03d54c050df82", debian()],
    }),
  ],
  needs: [busyboxTcc],
  // The tests of 3.4.6 are not in its archive; these are older ones and those that were added until 10.2.
  build: [
    shell(`
tar -x -f ${archive} -O gcc-10-10.2.0/gcc-10.2.0-dfsg.tar.xz > gcc.tar.xz
mkdir -p /out/src/gcc-torture
tar -x -f gcc.tar.xz -C /out/src/gcc-torture --strip-components 5 gcc-10.2.0/gcc/testsuite/gcc.c-torture/execute`),
  ],
  provides: ["/src/gcc-torture/20000112-1.c"],
});
