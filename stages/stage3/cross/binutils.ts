import { definePackage } from "@stagex/core";
import { binutils, buildBinutils } from "../packages/binutils.ts";
import type { Target } from "./target.ts";

export const crossBinutils = ({ arch, system, root }: Target) =>
  definePackage({
    ...binutils,
    name: `binutils-${arch}`,
    summary: `Assembler, linker, archiver and other tools for object files of ${arch}`,
    build: buildBinutils({ configure: [`--target=${system}`, `--with-sysroot=${root}`] }),
    provides: [`/usr/bin/${system}-as`, `/usr/bin/${system}-ld`],
  });
