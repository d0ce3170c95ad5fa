import { debian, definePackage, source } from "@stagex/core";
import { native } from "../recipe.ts";
import { crossToolchain } from "../toolchain.ts";

const without = ["gprof", "gprofng", "libctf", "nls", "plugins", "shared", "werror"];

export const binutilsAmd64 = definePackage({
  name: "binutils-amd64",
  version: "2.47",
  license: "GPL-3.0-or-later",
  summary: "Assembler, linker and archiver for x86_64, built by the cross compiler",
  sources: [
    source({
      sha256: "ce42ea86f13688adadca942b375224775b98265c3a6f4a04b0ea898a06c65efb",
      size: 29436368,
      file: "binutils_{version}.orig.tar.xz",
      from: ["https://snapshot.debian.org/file/1ef5c256696b61f9ad5b8a07efe3cd7405c89128", debian()],
    }),
  ],
  needs: crossToolchain,
  build: native({
    configure: [
      "--enable-deterministic-archives",
      ...without.map((part) => `--disable-${part}`),
      "--without-zstd",
    ],
    env: { CFLAGS: "-O1", LDFLAGS: "-s" },
    // Without tooldir, each program would be installed a second time below /usr/x86_64-linux-musl.
    make: ["tooldir=/usr", "MAKEINFO=true"],
    install: ["tooldir=/usr", "MAKEINFO=true", "install"],
  }),
  provides: ["/usr/bin/ar", "/usr/bin/as", "/usr/bin/ld"],
});
