import { definePackage } from "@stagex/core";
import { buildBusybox } from "../busybox/recipe.ts";
import { i386Toolchain } from "../toolchain.ts";
import { busyboxTcc } from "./busybox-tcc.ts";

export const busyboxI386 = definePackage({
  ...busyboxTcc,
  name: "busybox-i386",
  summary: "Shell and Unix tools in one program, built by GCC",
  needs: i386Toolchain,
  build: buildBusybox("gcc -O2 -s"),
});
