import { debian, definePackage, source } from "@stagex/core";
import { host } from "../host.ts";
import { gnu } from "../recipe.ts";
import { bison1 } from "./bison-1.ts";
import { m4 } from "./m4.ts";
import { musl } from "./musl.ts";

export const flex = definePackage({
  name: "flex",
  version: "2.6.4",
  license: "BSD-2-Clause",
  summary: "Generator of scanners",
  sources: [
    source({
      sha256: "e87aae032bf07c26f85ac0ed3250998c37621d95f8bd748b31f15b33c45ee995",
      size: 1419096,
      file: "flex-{version}.tar.gz",
      from: [
        "https://github.com/westes/flex/releases/download/v{version}/{file}",
        debian("flex_{version}.orig.tar.gz"),
      ],
    }),
  ],
  needs: [musl, ...host, m4, bison1],
  build: gnu({ remake: ["src/parse.c", "src/parse.h", "src/skel.c"], configure: ["--disable-shared"] }),
  provides: ["/usr/bin/flex", "/usr/lib/libfl.a", "/usr/include/FlexLexer.h"],
  // The scanner makes itself anew.
  generated: ["*/configure", "*/Makefile.in", "*/config.h.in", "*/src/scan.c"],
});
