import { debian, definePackage, shell, source, unpack } from "@stagex/core";
import { host } from "../host.ts";
import { gnu } from "../recipe.ts";
import { m4 } from "./m4.ts";
import { musl } from "./musl.ts";

const withoutManual = ["PERL=true", "AM_MAKEFLAGS=-o examples/extracted.stamp"];

/**
 * Debian leaves out the manual. What the makefile would make of it needs an old file of its name, and perl. Its examples
 * lie in the source as well; the makefile would have each of them made anew, and those that it makes at the same time
 * take each other's stamp away.
 *
 * @param prepare a script that runs in the source
 */
export const buildBison = (prepare = "", remake: readonly string[] = []) =>
  gnu({
    unpack: (context) => [
      ...unpack(context),
      shell(`cd source\ntouch -r doc/fdl.texi doc/bison.texi\n${prepare}`),
    ],
    remake,
    make: withoutManual,
    install: [...withoutManual, "install"],
  });

export const bison1 = definePackage({
  name: "bison-1",
  version: "3.8.2",
  license: "GPL-3.0-or-later",
  summary: "GNU bison with the parser and the scanners that its authors made",
  sources: [
    source({
      sha256: "dff8a3c96dd34121828f62a7fa49e1f7765815b89e59f564e8d2a9e71c177be5",
      size: 2654920,
      file: "bison_{version}+dfsg.orig.tar.xz",
      from: ["https://snapshot.debian.org/file/138e267dd2e16ea4c6eedf0ad57d4e174764b3df", debian()],
    }),
  ],
  needs: [musl, ...host, m4],
  build: buildBison(),
  provides: ["/usr/bin/bison"],
  generated: ["*/configure", "*/Makefile.in", "*/config.in.h", "*/src/parse-gram.[ch]", "*/src/scan-????.c"],
});
