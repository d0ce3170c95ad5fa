import { definePackage } from "@stagex/core";
import { installMuslHeaders } from "@stagex/stage2";
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
    build: installMuslHeaders(arch, "/out", root),
    provides: [`${root}/include/stdio.h`],
  });
