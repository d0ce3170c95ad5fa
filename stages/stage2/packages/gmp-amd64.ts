import { autotools, definePackage } from "@stagex/core";
import { gmpI386, m4I386 } from "@stagex/stage1";
import { crossToolchain } from "../toolchain.ts";
import { unpackWithoutManual } from "../unpack.ts";

export const gmpAmd64 = definePackage({
  ...gmpI386,
  name: "gmp-amd64",
  summary: "Library for large numbers, for x86_64",
  files: [],
  needs: [...crossToolchain, m4I386],
  build: autotools({
    unpack: unpackWithoutManual(),
    configure: ["--build=x86_64-linux-musl", "--disable-assembly", "--disable-shared"],
    env: { CFLAGS: "-O2" },
  }),
});
