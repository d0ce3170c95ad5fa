import { debian, definePackage, source } from "@stagex/core";
import { gnu } from "../recipe.ts";
import { toolchain } from "../toolchain.ts";
import { bison } from "./bison.ts";
import { m4 } from "./m4.ts";

export const patch = definePackage({
  name: "patch",
  version: "2.8",
  license: "GPL-3.0-or-later",
  summary: "GNU patch, which applies what diff wrote",
  sources: [
    source({
      sha256: "f87cee69eec2b4fcbf60a396b030ad6aa3415f192aa5f7ee84cad5e11f7f5ae3",
      size: 907208,
      file: "patch-{version}.tar.xz",
      from: ["https://ftp.gnu.org/gnu/patch/{file}", debian("patch_{version}.orig.tar.xz")],
    }),
  ],
  needs: [...toolchain, m4, bison],
  build: gnu({ remake: ["lib/parse-datetime.c"] }),
  provides: ["/usr/bin/patch"],
  generated: ["*/configure", "*/Makefile.in", "*/config.hin", "*/lib/uni*/*.h"],
});
