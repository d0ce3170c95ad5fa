import { debian, definePackage, source } from "@stagex/core";
import { gnu } from "../recipe.ts";
import { toolchain } from "../toolchain.ts";

export const grep = definePackage({
  name: "grep",
  version: "3.12",
  license: "GPL-3.0-or-later",
  summary: "GNU grep, which finds lines that match",
  sources: [
    source({
      sha256: "2649b27c0e90e632eadcd757be06c6e9a4f48d941de51e7c0f83ff76408a07b9",
      size: 1918448,
      file: "grep-{version}.tar.xz",
      from: ["https://ftp.gnu.org/gnu/grep/{file}", debian("grep_{version}.orig.tar.xz")],
    }),
  ],
  needs: toolchain,
  build: gnu({ configure: ["--disable-perl-regexp"] }),
  provides: ["/usr/bin/grep"],
  generated: ["*/configure", "*/Makefile.in", "*/config.hin", "*/lib/uni*/*.h"],
});
