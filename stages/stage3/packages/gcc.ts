import { definePackage } from "@stagex/core";
import { buildGcc16, gccAmd64 } from "@stagex/stage2";
import { toolchain } from "../toolchain.ts";
import { gmp } from "./gmp.ts";
import { mpc } from "./mpc.ts";
import { mpfr } from "./mpfr.ts";

export const gcc = definePackage({
  ...gccAmd64,
  name: "gcc",
  summary: "GCC for C and C++, with OpenMP, built by itself",
  needs: [...toolchain, gmp, mpfr, mpc],
  build: buildGcc16("-O2", "--enable-libatomic", "--enable-libgomp"),
});
