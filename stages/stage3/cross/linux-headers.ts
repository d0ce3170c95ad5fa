import { definePackage, run } from "@stagex/core";
import { kernelHeaders, linuxHeaders } from "@stagex/stage2";
import { toolchain } from "../toolchain.ts";
import type { Target } from "./target.ts";

export const crossLinuxHeaders = ({ arch, kernel, platform, root }: Target) =>
  definePackage({
    ...linuxHeaders,
    name: `linux-headers-${arch}`,
    summary: `The kernel's interface for programs on ${arch}, as C headers`,
    platform,
    needs: toolchain,
    build: (context) => [
      run("/bin/mkdir", "/out/usr"),
      ...kernelHeaders(kernel, kernel, `/out${root}`)(context),
    ],
    provides: [`${root}/include/asm/unistd.h`],
  });
