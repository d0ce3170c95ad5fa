import { debian, definePackage, source } from "@stagex/core";
import { gnu } from "../recipe.ts";
import { toolchain } from "../toolchain.ts";
import { bison } from "./bison.ts";
import { gperf } from "./gperf.ts";
import { m4 } from "./m4.ts";

export const findutils = definePackage({
  name: "findutils",
  version: "4.11.0",
  license: "GPL-3.0-or-later",
  summary: "GNU find, xargs and locate",
  sources: [
    source({
      sha256: "bfd19cb06cc71f3352d567e90284d8cdac02ac89774bbeadf0b533b0c11432fd",
      size: 2451424,
      file: "findutils-{version}.tar.xz",
      from: ["https://ftp.gnu.org/gnu/findutils/{file}", debian("findutils_{version}.orig.tar.xz")],
    }),
  ],
  needs: [...toolchain, m4, bison, gperf],
  build: gnu({
    remake: ["gl/lib/parse-datetime.c", "gl/lib/thread-creators.h"],
    // musl's takes many minutes for what configure asks it, and is not cut short.
    env: { gl_cv_func_strcasestr_linear: "no" },
  }),
  provides: ["/usr/bin/find", "/usr/bin/xargs"],
  generated: ["*/configure", "*/Makefile.in", "*/config.h.in", "*/lib/uni*/*.h"],
});
