import { definePackage, type Package } from "@stagex/core";
import { buildGcc16, generatedInGcc16 } from "@stagex/stage2";
import { flex } from "../packages/flex.ts";
import { gcc } from "../packages/gcc.ts";
import { gmp } from "../packages/gmp.ts";
import { m4 } from "../packages/m4.ts";
import { mpc } from "../packages/mpc.ts";
import { mpfr } from "../packages/mpfr.ts";
import { toolchain } from "../toolchain.ts";
import type { Target } from "./target.ts";

/** @param needs the tools and the C library's headers for the target */
export const crossGcc = ({ arch, system, root }: Target, needs: readonly Package[]) =>
  definePackage({
    ...gcc,
    name: `gcc-${arch}`,
    summary: `GCC for C and C++, which compiles for ${arch}`,
    needs: [gcc, ...toolchain, gmp, mpfr, mpc, flex, m4, ...needs],
    build: buildGcc16("-O2", {
      remake: ["gcc/gengtype-lex.cc"],
      configure: [`--target=${system}`, `--with-sysroot=${root}`, "--with-native-system-header-dir=/include"],
      parts: ["gcc", "target-libgcc"],
    }),
    provides: [`/usr/bin/${system}-gcc`, `/usr/bin/${system}-g++`],
    generated: generatedInGcc16,
  });
