import { definePackage, type Package } from "@stagex/core";
import { buildGcc16 } from "@stagex/stage2";
import { gcc } from "../packages/gcc.ts";
import type { Target } from "./target.ts";

/** @param needs the tools and the C library's headers for the target */
export const crossGcc = ({ arch, system, root }: Target, needs: readonly Package[]) =>
  definePackage({
    ...gcc,
    name: `gcc-${arch}`,
    summary: `GCC for C and C++, which compiles for ${arch}`,
    needs: [gcc, ...(gcc.needs ?? []), ...needs],
    build: buildGcc16("-O2", {
      remake: ["gcc/gengtype-lex.cc"],
      configure: [`--target=${system}`, `--with-sysroot=${root}`, "--with-native-system-header-dir=/include"],
      parts: ["gcc", "target-libgcc"],
    }),
    provides: [`/usr/bin/${system}-gcc`, `/usr/bin/${system}-g++`],
  });
