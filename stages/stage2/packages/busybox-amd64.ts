import { definePackage, shell, unpack } from "@stagex/core";
import { busyboxTcc } from "@stagex/stage1";
import { crossToolchain } from "../toolchain.ts";

export const busyboxAmd64 = definePackage({
  ...busyboxTcc,
  name: "busybox-amd64",
  summary: "Shell and Unix tools in one program, for x86_64",
  files: ["busybox/*.patch"],
  needs: crossToolchain,
  build: (context) => [
    ...unpack(context),
    // What bzip2 would pack is not put into the program.
    shell("mkdir bin\nprintf '#!/bin/sh\\nexec cat\\n' >bin/bzip2\nchmod +x bin/bzip2"),
    {
      argv: [
        "/bin/sh",
        "-euc",
        `make defconfig
sed -i -e 's/^CONFIG_\\(FEATURE_COMPRESS_USAGE\\|TC\\)=y/# CONFIG_\\1 is not set/' .config
make -j "$(nproc)"
make install CONFIG_PREFIX=/out`,
      ],
      env: { PATH: "/build/bin:/usr/bin:/bin" },
      cwd: "/build/source",
    },
  ],
  provides: ["/bin/busybox", "/bin/sh", "/usr/bin/awk"],
});
