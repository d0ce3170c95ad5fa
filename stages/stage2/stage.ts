/** Stage 2: from GCC 3.4.6 on i386 to GCC 16 on x86_64, by way of a cross compiler. */
import { defineStage } from "@stagex/core";
import { binutilsAmd64 } from "./packages/binutils-amd64.ts";
import { busyboxAmd64 } from "./packages/busybox-amd64.ts";
import { gcc10Cross } from "./packages/gcc-10-cross.ts";
import { gccAmd64 } from "./packages/gcc-amd64.ts";
import { gmpAmd64 } from "./packages/gmp-amd64.ts";
import { libstdcxx10 } from "./packages/libstdcxx-10.ts";
import { linuxHeaders } from "./packages/linux-headers.ts";
import { makeAmd64 } from "./packages/make-amd64.ts";
import { mpcAmd64 } from "./packages/mpc-amd64.ts";
import { mpfrAmd64 } from "./packages/mpfr-amd64.ts";
import { muslAmd64 } from "./packages/musl-amd64.ts";
import { muslHeaders } from "./packages/musl-headers.ts";

export { buildGcc16, buildLibstdcxx, gcc16, generatedInGcc16, generatedInLibstdcxx16 } from "./gcc/recipe.ts";
export { kernelHeaders } from "./packages/linux-headers.ts";
export { installMuslHeaders } from "./packages/musl-headers.ts";
export { type Native, native, unpackWithoutManual } from "./recipe.ts";

export {
  binutilsAmd64,
  busyboxAmd64,
  gccAmd64,
  gmpAmd64,
  linuxHeaders,
  makeAmd64,
  mpcAmd64,
  mpfrAmd64,
  muslAmd64,
};

export default defineStage({
  number: 2,
  directory: "stages/stage2",
  platform: "linux/amd64",
  packages: [
    linuxHeaders,
    muslHeaders,
    gcc10Cross,
    muslAmd64,
    libstdcxx10,
    binutilsAmd64,
    makeAmd64,
    busyboxAmd64,
    gmpAmd64,
    mpfrAmd64,
    mpcAmd64,
    gccAmd64,
  ],
});
