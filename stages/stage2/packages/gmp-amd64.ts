import { definePackage } from "@stagex/core";
import { gmpI386, m4I386 } from "@stagex/stage1";
import { native, unpackWithoutManual } from "../recipe.ts";
import { crossToolchain } from "../toolchain.ts";

export const gmpAmd64 = definePackage({
  ...gmpI386,
  name: "gmp-amd64",
  summary: "Library for large numbers, for x86_64",
  files: [],
  needs: [...crossToolchain, m4I386],
  build: native({
    unpack: unpackWithoutManual(),
    configure: ["--disable-assembly", "--disable-shared"],
    env: { CFLAGS: "-O2" },
  }),
});
