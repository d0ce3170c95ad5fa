import { autotools, definePackage, type Package } from "@stagex/core";
import { busybox } from "../packages/busybox.ts";
import { make } from "../packages/make.ts";
import { musl } from "../packages/musl.ts";
import type { Target } from "./target.ts";

/** @param needs the compiler and the tools for the target */
export const crossMusl = ({ arch, platform, system, root }: Target, needs: readonly Package[]) =>
  definePackage({
    ...musl,
    name: `musl-${arch}`,
    summary: `The C library musl for ${arch}`,
    platform,
    needs: [make, busybox, ...needs],
    build: autotools({ configure: [`--prefix=${root}`, `--target=${system}`, "--disable-shared"] }),
    provides: [`${root}/lib/libc.a`, `${root}/lib/rcrt1.o`, `${root}/include/stdio.h`],
  });
