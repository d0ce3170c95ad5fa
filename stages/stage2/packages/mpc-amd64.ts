import { definePackage, unpackOld } from "@stagex/core";
import { mpcI386 } from "@stagex/stage1";
import { native } from "../recipe.ts";
import { crossToolchain } from "../toolchain.ts";
import { gmpAmd64 } from "./gmp-amd64.ts";
import { mpfrAmd64 } from "./mpfr-amd64.ts";

export const mpcAmd64 = definePackage({
  ...mpcI386,
  name: "mpc-amd64",
  summary: "Library for complex numbers of any precision, for x86_64",
  needs: [...crossToolchain, gmpAmd64, mpfrAmd64],
  build: native({
    unpack: unpackOld,
    configure: ["--disable-shared"],
    env: { CFLAGS: "-O2" },
  }),
});
