import { debian, definePackage, shell, source, unpack } from "@stagex/core";
import { flags } from "../recipe.ts";
import { toolchain } from "../toolchain.ts";

export const zstd = definePackage({
  name: "zstd",
  version: "1.5.7",
  license: "BSD-3-Clause OR GPL-2.0-only",
  summary: "A fast compressor of files, and its library",
  sources: [
    source({
      sha256: "0c092ef267edce57ba7f3f2645c861f72eaf5e76273c6c3632869423464b90a5",
      size: 1834780,
      file: "libzstd_{version}+dfsg.orig.tar.xz",
      from: ["https://snapshot.debian.org/file/232037627d9d8bd80033e4316bdb62f737c9968f", debian()],
    }),
  ],
  needs: toolchain,
  build: (context) => [
    ...unpack(context),
    shell(`
export CC=gcc CFLAGS='${flags.CFLAGS}' LDFLAGS=${flags.LDFLAGS}
make -C source/programs -j "$(nproc)" zstd
make -C source/programs install PREFIX=/usr DESTDIR=/out
make -C source/lib -j "$(nproc)" install-static install-includes PREFIX=/usr DESTDIR=/out
rm -r /out/usr/share/man`),
  ],
  provides: ["/usr/bin/zstd", "/usr/lib/libzstd.a", "/usr/include/zstd.h"],
});
