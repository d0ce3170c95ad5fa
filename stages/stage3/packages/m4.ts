import { definePackage } from "@stagex/core";
import { m4I386 } from "@stagex/stage1";
import { host } from "../host.ts";
import { gnu } from "../recipe.ts";
import { musl } from "./musl.ts";

export const m4 = definePackage({
  ...m4I386,
  name: "m4",
  summary: "GNU m4, a macro processor, which bison and flex call",
  needs: [musl, ...host],
  build: gnu(),
});
