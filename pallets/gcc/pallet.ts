import { definePallet } from "@stagex/core";
import { linuxHeaders } from "@stagex/stage2";
import { binutils, busybox, gcc, make, musl } from "@stagex/stage3";

export default definePallet({
  name: "gcc",
  summary: "GCC 16 for C and C++, with what it takes to build packages, built from the hex0 seed",
  packages: [musl, linuxHeaders, busybox, make, binutils, gcc],
  cmd: ["/bin/sh"],
  env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
});
