import { debian, definePackage, source, unpackOld } from "@stagex/core";
import { native, unpackWithoutManual } from "../recipe.ts";
import { crossToolchain } from "../toolchain.ts";

export const makeAmd64 = definePackage({
  name: "make-amd64",
  version: "4.4.1",
  license: "GPL-3.0-or-later",
  summary: "GNU make for x86_64, built by the cross compiler",
  sources: [
    source({
      sha256: "3b16b00ea1079af9f8096bbc71ff7cc00c249fc6a862003da3c42308a0adb0fe",
      size: 1125180,
      file: "make-dfsg_{version}.orig.tar.xz",
      from: ["https://snapshot.debian.org/file/5168d9098a29e7507551203bbc30894420ec9869", debian()],
    }),
  ],
  needs: crossToolchain,
  build: native({
    unpack: unpackWithoutManual(unpackOld),
    configure: ["--disable-nls", "--without-guile"],
    env: { CFLAGS: "-O1", LDFLAGS: "-s" },
    make: ["man_MANS="],
    install: ["man_MANS=", "install"],
  }),
  provides: ["/usr/bin/make"],
});
