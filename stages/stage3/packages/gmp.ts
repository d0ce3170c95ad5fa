import { definePackage } from "@stagex/core";
import { gmpI386 } from "@stagex/stage1";
import { unpackWithoutManual } from "@stagex/stage2";
import { host } from "../host.ts";
import { gnu } from "../recipe.ts";
import { m4 } from "./m4.ts";
import { musl } from "./musl.ts";

export const gmp = definePackage({
  ...gmpI386,
  name: "gmp",
  summary: "Library for large numbers",
  files: [],
  needs: [musl, ...host, m4],
  build: gnu({ unpack: unpackWithoutManual(), configure: ["--disable-shared", "--with-pic"] }),
});
