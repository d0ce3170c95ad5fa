import { debian, definePackage, source } from "@stagex/core";
import { gnu } from "../recipe.ts";
import { toolchain } from "../toolchain.ts";
import { bison } from "./bison.ts";
import { m4 } from "./m4.ts";

export const coreutils = definePackage({
  name: "coreutils",
  version: "9.10",
  license: "GPL-3.0-or-later",
  summary: "GNU's basic tools for files, text and the shell, in one program",
  sources: [
    source({
      sha256: "16535a9adf0b10037364e2d612aad3d9f4eca3a344949ced74d12faf4bd51d25",
      size: 6507600,
      file: "coreutils-{version}.tar.xz",
      from: ["https://ftp.gnu.org/gnu/coreutils/{file}", debian("coreutils_{version}.orig.tar.xz")],
    }),
  ],
  needs: [...toolchain, m4, bison],
  build: gnu({
    remake: ["lib/parse-datetime.c", "src/crctab.c", "src/primes.h"],
    // stdbuf would need a shared library.
    configure: ["--enable-single-binary=symlinks", "--enable-no-install-program=stdbuf"],
    // It would refuse to be configured by a user that looks like root.
    env: { FORCE_UNSAFE_CONFIGURE: "1" },
  }),
  provides: ["/usr/bin/coreutils", "/usr/bin/sort", "/usr/bin/sha256sum"],
  // The first two take perl to make.
  generated: [
    "*/src/dircolors.h",
    "*/src/fs-is-local.h",
    "*/lib/crc-sliceby8.h",
    "*/lib/uni*/*.h",
    "*/configure",
    "*/Makefile.in",
    "*/lib/config.hin",
  ],
});
