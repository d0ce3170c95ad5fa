/** Stage 1: from TinyCC to GCC, on i386 and musl. The first packages are built without a shell, then with one. */
import { defineStage } from "@stagex/core";
import { binutilsI386 } from "./packages/binutils-i386.ts";
import { binutilsTcc } from "./packages/binutils-tcc.ts";
import { busyboxI386 } from "./packages/busybox-i386.ts";
import { busyboxTcc } from "./packages/busybox-tcc.ts";
import { gcc3 } from "./packages/gcc-3.ts";
import { gcc31 } from "./packages/gcc-3-1.ts";
import { gcc32 } from "./packages/gcc-3-2.ts";
import { gccTorture } from "./packages/gcc-torture.ts";
import { gmpI386 } from "./packages/gmp-i386.ts";
import { m4I386 } from "./packages/m4-i386.ts";
import { makeI386 } from "./packages/make-i386.ts";
import { makeTcc } from "./packages/make-tcc.ts";
import { mpcI386 } from "./packages/mpc-i386.ts";
import { mpfrI386 } from "./packages/mpfr-i386.ts";
import { muslI386 } from "./packages/musl-i386.ts";
import { muslTcc } from "./packages/musl-tcc.ts";
import { tinycc2 } from "./packages/tinycc-2.ts";
import { tinyccMusl } from "./packages/tinycc-musl.ts";
import { tinyccPatched } from "./packages/tinycc-patched.ts";

export {
  binutilsI386,
  binutilsTcc,
  busyboxI386,
  busyboxTcc,
  gcc3,
  gcc31,
  gcc32,
  gccTorture,
  gmpI386,
  m4I386,
  makeI386,
  makeTcc,
  mpcI386,
  mpfrI386,
  muslI386,
  muslTcc,
  tinycc2,
  tinyccMusl,
  tinyccPatched,
};

export default defineStage({
  number: 1,
  directory: "stages/stage1",
  platform: "linux/386",
  packages: [
    tinyccPatched,
    tinycc2,
    muslTcc,
    tinyccMusl,
    makeTcc,
    busyboxTcc,
    binutilsTcc,
    gcc31,
    muslI386,
    binutilsI386,
    gcc32,
    gcc3,
    makeI386,
    busyboxI386,
    m4I386,
    gmpI386,
    mpfrI386,
    mpcI386,
    gccTorture,
  ],
});
