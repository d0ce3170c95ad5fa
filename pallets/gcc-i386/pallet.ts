import { definePallet } from "@stagex/core";
import { binutilsI386, busyboxI386, gcc3, makeI386, muslI386 } from "@stagex/stage1";

export default definePallet({
  name: "gcc-i386",
  summary: "GCC 3.4.6 for C and C++ on i386, with what it takes to build packages, built from the hex0 seed",
  packages: [muslI386, busyboxI386, makeI386, binutilsI386, gcc3],
  cmd: ["/bin/sh"],
  env: { PATH: "/usr/bin:/bin" },
});
