import { definePackage } from "@stagex/core";
import { buildMake } from "../make/recipe.ts";
import { i386Toolchain } from "../toolchain.ts";
import { makeTcc } from "./make-tcc.ts";

export const makeI386 = definePackage({
  ...makeTcc,
  name: "make-i386",
  summary: "GNU make, built by GCC",
  needs: i386Toolchain,
  build: buildMake("/usr/bin/gcc", "-O2", "-s"),
});
