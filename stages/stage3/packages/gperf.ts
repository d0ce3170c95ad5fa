import { debian, definePackage, source } from "@stagex/core";
import { gnu } from "../recipe.ts";
import { toolchain } from "../toolchain.ts";

export const gperf = definePackage({
  name: "gperf",
  version: "3.3",
  license: "GPL-3.0-or-later",
  summary: "Generator of perfect hash functions",
  sources: [
    source({
      sha256: "fd87e0aba7e43ae054837afd6cd4db03a3f2693deb3619085e6ed9d8d9604ad8",
      size: 1831294,
      file: "gperf-{version}.tar.gz",
      from: ["https://ftp.gnu.org/gnu/gperf/{file}", debian("gperf_{version}.orig.tar.gz")],
    }),
  ],
  needs: toolchain,
  build: gnu(),
  provides: ["/usr/bin/gperf"],
  generated: ["*/configure", "*/config.h.in"],
});
