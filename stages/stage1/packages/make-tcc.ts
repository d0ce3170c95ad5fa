import { definePackage } from "@stagex/core";
import { tools } from "@stagex/stage0";
import { buildMake, makeSource } from "../make/recipe.ts";
import { muslTcc } from "./musl-tcc.ts";
import { tinyccMusl } from "./tinycc-musl.ts";

export const makeTcc = definePackage({
  name: "make-tcc",
  version: "4.3",
  license: "GPL-3.0-or-later",
  summary: "GNU make, built by TinyCC",
  files: ["make/*.h"],
  sources: [makeSource],
  needs: [tools, muslTcc, tinyccMusl],
  build: buildMake("/usr/bin/tcc"),
  provides: ["/usr/bin/make"],
});
