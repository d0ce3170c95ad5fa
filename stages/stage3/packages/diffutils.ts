import { debian, definePackage, source } from "@stagex/core";
import { gnu } from "../recipe.ts";
import { toolchain } from "../toolchain.ts";

export const diffutils = definePackage({
  name: "diffutils",
  version: "3.12",
  license: "GPL-3.0-or-later",
  summary: "GNU diff, diff3, sdiff and cmp",
  sources: [
    source({
      sha256: "7c8b7f9fc8609141fdea9cece85249d308624391ff61dedaf528fcb337727dfd",
      size: 1938800,
      file: "diffutils-{version}.tar.xz",
      from: ["https://ftp.gnu.org/gnu/diffutils/{file}", debian("diffutils_{version}.orig.tar.xz")],
    }),
  ],
  needs: toolchain,
  build: gnu({ env: { PR_PROGRAM: "/usr/bin/pr" } }),
  provides: ["/usr/bin/diff", "/usr/bin/cmp"],
  generated: ["*/configure", "*/Makefile.in", "*/config.hin", "*/lib/uni*/*.h"],
});
