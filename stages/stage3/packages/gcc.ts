import { definePackage } from "@stagex/core";
import { buildGcc16, gccAmd64, generatedInGcc16 } from "@stagex/stage2";
import { toolchain } from "../toolchain.ts";
import { flex } from "./flex.ts";
import { gmp } from "./gmp.ts";
import { m4 } from "./m4.ts";
import { mpc } from "./mpc.ts";
import { mpfr } from "./mpfr.ts";

export const gcc = definePackage({
  ...gccAmd64,
  name: "gcc",
  summary: "GCC for C and C++, with OpenMP, built by itself",
  needs: [...toolchain, gmp, mpfr, mpc, flex, m4],
  build: buildGcc16("-O2", {
    remake: ["gcc/gengtype-lex.cc"],
    configure: ["--enable-libatomic", "--enable-libgomp"],
  }),
  generated: generatedInGcc16,
});
