import { definePackage } from "@stagex/core";
import { mpfrI386 } from "@stagex/stage1";
import { host } from "../host.ts";
import { gnu } from "../recipe.ts";
import { gmp } from "./gmp.ts";
import { musl } from "./musl.ts";

export const mpfr = definePackage({
  ...mpfrI386,
  name: "mpfr",
  summary: "Library for floating-point numbers of any precision",
  needs: [musl, ...host, gmp],
  build: gnu({ configure: ["--disable-shared"] }),
});
