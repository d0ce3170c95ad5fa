import { definePackage } from "@stagex/core";
import { host } from "../host.ts";
import { bison1, buildBison } from "./bison-1.ts";
import { flex } from "./flex.ts";
import { m4 } from "./m4.ts";
import { musl } from "./musl.ts";

export const bison = definePackage({
  ...bison1,
  name: "bison",
  summary: "GNU bison, a generator of parsers, with a parser and scanners made here",
  needs: [musl, ...host, m4, flex, bison1],
  // The makefile would have the parser made by the bison that it is about to build.
  build: buildBison("bison -o src/parse-gram.c src/parse-gram.y", [
    "src/scan-code.c",
    "src/scan-gram.c",
    "src/scan-skel.c",
  ]),
  generated: ["*/configure", "*/Makefile.in", "*/config.in.h"],
});
