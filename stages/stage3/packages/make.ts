import { definePackage } from "@stagex/core";
import { makeAmd64, unpackWithoutManual } from "@stagex/stage2";
import { host } from "../host.ts";
import { gnu } from "../recipe.ts";
import { musl } from "./musl.ts";

export const make = definePackage({
  ...makeAmd64,
  name: "make",
  summary: "GNU make",
  needs: [musl, ...host],
  build: gnu({
    unpack: unpackWithoutManual(),
    configure: ["--without-guile"],
    make: ["man_MANS="],
    install: ["man_MANS=", "install"],
  }),
  generated: ["*/configure", "*/Makefile.in", "*/config.h.in"],
});
