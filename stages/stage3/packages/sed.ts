import { debian, definePackage, source } from "@stagex/core";
import { gnu } from "../recipe.ts";
import { toolchain } from "../toolchain.ts";

export const sed = definePackage({
  name: "sed",
  version: "4.9",
  license: "GPL-3.0-or-later",
  summary: "GNU sed, a stream editor",
  sources: [
    source({
      sha256: "6e226b732e1cd739464ad6862bd1a1aba42d7982922da7a53519631d24975181",
      size: 1397092,
      file: "sed-{version}.tar.xz",
      from: ["https://ftp.gnu.org/gnu/sed/{file}", debian("sed_{version}.orig.tar.xz")],
    }),
  ],
  needs: toolchain,
  build: gnu(),
  provides: ["/usr/bin/sed"],
  generated: ["*/configure", "*/Makefile.in", "*/config_h.in"],
});
