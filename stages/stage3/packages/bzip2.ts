import { debian, definePackage, shell, source, unpack } from "@stagex/core";
import { flags } from "../recipe.ts";
import { toolchain } from "../toolchain.ts";

export const bzip2 = definePackage({
  name: "bzip2",
  version: "1.0.8",
  license: "bzip2-1.0.6",
  summary: "A compressor of files, and its library",
  sources: [
    source({
      sha256: "ab5a03176ee106d3f0fa90e381da478ddae405918153cca248e682cd0c4a2269",
      size: 810029,
      file: "bzip2-{version}.tar.gz",
      from: ["https://sourceware.org/pub/bzip2/{file}", debian("bzip2_{version}.orig.tar.gz")],
    }),
  ],
  needs: toolchain,
  // Its makefile links programs by absolute paths.
  build: (context) => [
    ...unpack(context),
    shell(`
cd source
make -j "$(nproc)" bzip2 bzip2recover libbz2.a CFLAGS='${flags.CFLAGS}' LDFLAGS=${flags.LDFLAGS}
mkdir -p /out/usr/bin /out/usr/include /out/usr/lib
cp bzip2 bzip2recover bzdiff bzgrep bzmore /out/usr/bin
cp bzlib.h /out/usr/include
cp libbz2.a /out/usr/lib
cd /out/usr/bin
for name in bunzip2 bzcat; do ln -s bzip2 $name; done`),
  ],
  provides: ["/usr/bin/bzip2", "/usr/lib/libbz2.a", "/usr/include/bzlib.h"],
});
