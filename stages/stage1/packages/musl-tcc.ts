import { debian, definePackage, run, source } from "@stagex/core";
import { tinycc, tools } from "@stagex/stage0";
import { tinycc2 } from "./tinycc-2.ts";

export const muslTcc = definePackage({
  name: "musl-tcc",
  version: "1.2.6",
  license: "MIT",
  summary: "The C library musl for i386, built by TinyCC",
  files: ["musl/build.c", "musl/*.patch"],
  sources: [
    source({
      sha256: "d585fd3b613c66151fc3249e8ed44f77020cb5e6c1e635a616d3f9f82460512a",
      size: 1082499,
      file: "musl-{version}.tar.gz",
      from: ["https://musl.libc.org/releases/{file}", debian("musl_{version}.orig.tar.gz")],
    }),
  ],
  needs: [tools, tinycc2, tinycc],
  build: ({ version }) => [
    run("/gunzip", `musl-${version}.tar.gz`, "musl.tar"),
    run("/untar", "--strip", "1", "musl.tar", "source"),
    run("/patch", "source", "musl/tinycc-jecxz.patch"),
    run("/usr/bin/tcc", "-o", "build-musl", "musl/build.c"),
    run("./build-musl", "/build/source", "/out/usr", "/usr/bin/tcc"),
  ],
  provides: ["/usr/lib/libc.a", "/usr/lib/crt1.o", "/usr/include/stdio.h"],
});
