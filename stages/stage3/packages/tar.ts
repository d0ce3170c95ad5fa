import { debian, definePackage, source } from "@stagex/core";
import { gnu } from "../recipe.ts";
import { toolchain } from "../toolchain.ts";
import { bison } from "./bison.ts";
import { m4 } from "./m4.ts";

export const tar = definePackage({
  name: "tar",
  version: "1.35",
  license: "GPL-3.0-or-later",
  summary: "GNU tar",
  sources: [
    source({
      sha256: "9ae57e981c1e73c0eebc2b26c9b0c4497fe310ef1d516ea430efb5470b71f7a8",
      size: 2111608,
      file: "tar_{version}+dfsg.orig.tar.xz",
      from: ["https://snapshot.debian.org/file/d910d9a9dc1252a793ca1837ac4f1080a64fca1f", debian()],
    }),
  ],
  needs: [...toolchain, m4, bison],
  build: gnu({
    remake: ["gnu/parse-datetime.c", "gnu/parse-datetime-gen.h"],
    // It would refuse to be configured by a user that looks like root.
    env: { FORCE_UNSAFE_CONFIGURE: "1" },
  }),
  provides: ["/usr/bin/tar"],
  generated: ["*/configure", "*/Makefile.in", "*/config.h.in", "*/gnu/uni*/*.h"],
});
