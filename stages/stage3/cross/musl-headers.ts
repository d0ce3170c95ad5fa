import { definePackage, run, unpack } from "@stagex/core";
import { busybox } from "../packages/busybox.ts";
import { make } from "../packages/make.ts";
import { musl } from "../packages/musl.ts";
import type { Target } from "./target.ts";

export const crossMuslHeaders = ({ arch, platform, root }: Target) =>
  definePackage({
    ...musl,
    name: `musl-headers-${arch}`,
    summary: `musl's headers for ${arch}, where the compiler for it is built`,
    platform,
    needs: [make, busybox],
    build: (context) => [
      ...unpack(context),
      run(
        "/usr/bin/make",
        "-C",
        "source",
        `ARCH=${arch}`,
        "DESTDIR=/out",
        `prefix=${root}`,
        "install-headers",
      ),
    ],
    provides: [`${root}/include/stdio.h`],
  });
