/** Stage 3: the C library, the compiler and the tools that people use, in their newest versions. */
import { defineStage } from "@stagex/core";
import { aarch64, riscv64 } from "./cross/toolchain.ts";
import { bash } from "./packages/bash.ts";
import { binutils } from "./packages/binutils.ts";
import { bison } from "./packages/bison.ts";
import { bison1 } from "./packages/bison-1.ts";
import { busybox } from "./packages/busybox.ts";
import { bzip2 } from "./packages/bzip2.ts";
import { caCertificates } from "./packages/ca-certificates.ts";
import { coreutils } from "./packages/coreutils.ts";
import { diffutils } from "./packages/diffutils.ts";
import { findutils } from "./packages/findutils.ts";
import { flex } from "./packages/flex.ts";
import { gawk } from "./packages/gawk.ts";
import { gcc } from "./packages/gcc.ts";
import { gccTestsuite } from "./packages/gcc-testsuite.ts";
import { gmp } from "./packages/gmp.ts";
import { gperf } from "./packages/gperf.ts";
import { grep } from "./packages/grep.ts";
import { gzip } from "./packages/gzip.ts";
import { m4 } from "./packages/m4.ts";
import { make } from "./packages/make.ts";
import { mpc } from "./packages/mpc.ts";
import { mpfr } from "./packages/mpfr.ts";
import { musl } from "./packages/musl.ts";
import { patch } from "./packages/patch.ts";
import { sed } from "./packages/sed.ts";
import { tar } from "./packages/tar.ts";
import { tzdata } from "./packages/tzdata.ts";
import { xz } from "./packages/xz.ts";
import { zstd } from "./packages/zstd.ts";

export { aarch64, binutils, busybox, caCertificates, gcc, make, musl, riscv64, tzdata };

export default defineStage({
  number: 3,
  directory: "stages/stage3",
  platform: "linux/amd64",
  packages: [
    musl,
    m4,
    bison1,
    flex,
    bison,
    binutils,
    make,
    busybox,
    gmp,
    mpfr,
    mpc,
    gcc,
    gccTestsuite,
    bash,
    coreutils,
    sed,
    grep,
    gawk,
    findutils,
    diffutils,
    patch,
    tar,
    gzip,
    bzip2,
    xz,
    zstd,
    gperf,
    caCertificates,
    tzdata,
    ...aarch64.packages,
    ...riscv64.packages,
  ],
});
