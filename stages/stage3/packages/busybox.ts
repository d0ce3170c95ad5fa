import { debian, definePackage, shell, source, unpack } from "@stagex/core";
import { host } from "../host.ts";
import { musl } from "./musl.ts";

export const busybox = definePackage({
  name: "busybox",
  version: "1.38.0",
  license: "GPL-2.0-only",
  summary: "Shell and Unix tools in one program",
  files: ["busybox/*.patch"],
  sources: [
    source({
      sha256: "34f9ea6ff8636f2c9241153b9114eefa9e65674a45318ae1ef95bb5f31c53bb2",
      size: 2695723,
      file: "busybox-{version}.tar.bz2",
      from: ["https://busybox.net/downloads/{file}", debian("busybox_{version}.orig.tar.bz2")],
    }),
  ],
  needs: [musl, ...host],
  build: (context) => [
    ...unpack({ ...context, files: [] }),
    shell(`
cd source
patch -p 1 -i ../busybox/awk-backslash.patch
make defconfig
sed -i 's/^CONFIG_\\(LINUXRC\\|TC\\)=y/# CONFIG_\\1 is not set/' .config
make -j "$(nproc)"
make install CONFIG_PREFIX=/out`),
  ],
  provides: ["/bin/busybox", "/bin/sh", "/usr/bin/awk", "/bin/sed"],
  generated: ["*_shipped"],
});
