import { debian, definePackage, source } from "@stagex/core";
import { gnu } from "../recipe.ts";
import { toolchain } from "../toolchain.ts";

export const xz = definePackage({
  name: "xz",
  version: "5.8.4",
  license: "0BSD AND GPL-2.0-or-later",
  summary: "XZ Utils, which compress files, and their library",
  sources: [
    source({
      sha256: "4ce24038fd4221e0d13bc1a2de7a4db56e90b92b3bf75321f6c14be73f65de4b",
      size: 1567192,
      file: "xz-utils_{version}.orig.tar.xz",
      from: ["https://snapshot.debian.org/file/b1345221051ef5ac65297926418b56d2b941fe64", debian()],
    }),
  ],
  needs: toolchain,
  build: gnu({ configure: ["--disable-shared", "--disable-doc"] }),
  provides: ["/usr/bin/xz", "/usr/lib/liblzma.a", "/usr/include/lzma.h"],
  generated: [
    "*/configure",
    "*/Makefile.in",
    "*/config.h.in",
    "*/check/*table_le.h",
    "*/lz/*table.h",
    "*/fastpos_table.c",
    "*/price_table.c",
  ],
});
