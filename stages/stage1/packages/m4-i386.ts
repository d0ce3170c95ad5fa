import { autotools, debian, definePackage, source, unpackOld, unpackPatiently } from "@stagex/core";
import { i386Toolchain } from "../toolchain.ts";

export const m4I386 = definePackage({
  name: "m4-i386",
  version: "1.4.19",
  license: "GPL-3.0-or-later",
  summary: "Macro processor, for what makes parsers and configure scripts",
  sources: [
    source({
      sha256: "63aede5c6d33b6d9b13511cd0be2cac046f2e70fd0a07aa9573a04a82783af96",
      size: 1654908,
      file: "m4-{version}.tar.xz",
      from: ["https://ftp.gnu.org/gnu/m4/{file}", debian("m4_{version}.orig.tar.xz")],
    }),
  ],
  needs: i386Toolchain,
  build: autotools({
    unpack: unpackPatiently(unpackOld),
    configure: ["--build=i386-pc-linux-gnu"],
    // configure would ask the file system whether it tells the same numbers of files in two ways, and overlayfs does not.
    env: { CFLAGS: "-O1", LDFLAGS: "-s", gl_cv_struct_dirent_d_ino: "yes" },
  }),
  provides: ["/usr/bin/m4"],
  generated: ["*/configure", "*/Makefile.in", "*/config.hin"],
});
