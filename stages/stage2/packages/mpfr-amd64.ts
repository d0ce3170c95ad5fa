import { definePackage, unpackOld } from "@stagex/core";
import { mpfrI386 } from "@stagex/stage1";
import { native } from "../recipe.ts";
import { crossToolchain } from "../toolchain.ts";
import { gmpAmd64 } from "./gmp-amd64.ts";

export const mpfrAmd64 = definePackage({
  ...mpfrI386,
  name: "mpfr-amd64",
  summary: "Library for floating-point numbers of any precision, for x86_64",
  needs: [...crossToolchain, gmpAmd64],
  build: native({
    unpack: unpackOld,
    configure: ["--disable-shared"],
    env: { CFLAGS: "-O2" },
  }),
});
