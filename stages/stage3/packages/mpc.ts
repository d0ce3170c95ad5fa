import { definePackage } from "@stagex/core";
import { mpcI386 } from "@stagex/stage1";
import { host } from "../host.ts";
import { gnu } from "../recipe.ts";
import { gmp } from "./gmp.ts";
import { mpfr } from "./mpfr.ts";
import { musl } from "./musl.ts";

export const mpc = definePackage({
  ...mpcI386,
  name: "mpc",
  summary: "Library for complex numbers of any precision",
  needs: [musl, ...host, gmp, mpfr],
  build: gnu({ configure: ["--disable-shared"] }),
});
