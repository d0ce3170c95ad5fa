import { debian, definePackage, source } from "@stagex/core";
import { gnu } from "../recipe.ts";
import { toolchain } from "../toolchain.ts";

export const gzip = definePackage({
  name: "gzip",
  version: "1.14",
  license: "GPL-3.0-or-later",
  summary: "GNU gzip, which compresses files",
  sources: [
    source({
      sha256: "01a7b881bd220bfdf615f97b8718f80bdfd3f6add385b993dcf6efd14e8c0ac6",
      size: 885748,
      file: "gzip-{version}.tar.xz",
      from: ["https://ftp.gnu.org/gnu/gzip/{file}", debian("gzip_{version}.orig.tar.xz")],
    }),
  ],
  needs: toolchain,
  build: gnu(),
  provides: ["/usr/bin/gzip", "/usr/bin/gunzip"],
  generated: ["*/configure", "*/Makefile.in", "*/config.hin", "*/lib/crc-sliceby8.h"],
});
