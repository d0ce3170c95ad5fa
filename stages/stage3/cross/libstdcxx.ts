import { definePackage, type Package, run } from "@stagex/core";
import { buildLibstdcxx, gcc16, generatedInLibstdcxx16 } from "@stagex/stage2";
import { busybox } from "../packages/busybox.ts";
import { gcc } from "../packages/gcc.ts";
import { make } from "../packages/make.ts";
import type { Target } from "./target.ts";

/** @param needs the compiler, the tools and the C library for the target */
export const crossLibstdcxx = ({ arch, platform, system, root }: Target, needs: readonly Package[]) =>
  definePackage({
    ...gcc,
    name: `libstdcxx-${arch}`,
    summary: `The C++ library for ${arch}`,
    platform,
    needs: [make, busybox, ...needs],
    build: buildLibstdcxx({
      unpack: (context) => [
        ...gcc16.unpack(context),
        // What libgcc's makefile makes of it, and where it is looked for when libgcc is built elsewhere.
        run("/bin/cp", "source/libgcc/gthr-posix.h", "source/libgcc/gthr-default.h"),
      ],
      system,
      compiler: `${system}-gcc`,
      headers: `${root}/include/c++/${gcc16.version}`,
      configure: ["--with-cross-host=x86_64-linux-musl"],
    }),
    provides: [`${root}/lib/libstdc++.a`],
    generated: generatedInLibstdcxx16,
  });
