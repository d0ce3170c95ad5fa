import { debian, definePackage, shell, source, unpack } from "@stagex/core";
import { gnu } from "../recipe.ts";
import { toolchain } from "../toolchain.ts";
import { bison } from "./bison.ts";
import { m4 } from "./m4.ts";

export const gawk = definePackage({
  name: "gawk",
  version: "5.3.2",
  license: "GPL-3.0-or-later",
  summary: "GNU awk",
  sources: [
    source({
      sha256: "3b2a95bc6de68e2dc833ce547e366d62001274f8b892c6424f34f70d321cda70",
      size: 2614876,
      file: "gawk_{version}.orig.tar.xz",
      from: ["https://snapshot.debian.org/file/aa2cf771b73d8c14e70b42487b8c01a80c48705e", debian()],
    }),
  ],
  needs: [...toolchain, m4, bison],
  build: gnu({
    // A static program cannot load extensions. Even so, configure looks for their makefile.
    unpack: (context) => [
      ...unpack(context),
      shell("sed -i 's/for i in . support extension/for i in . support/' source/configure"),
    ],
    remake: ["awkgram.c", "command.c"],
    configure: ["--disable-extensions", "--disable-mpfr", "--disable-pma", "--without-readline"],
    // Not the manual, nor the examples from it: Debian leaves it out.
    make: ["SUBDIRS=support ."],
    install: ["SUBDIRS=support .", "install"],
  }),
  provides: ["/usr/bin/gawk", "/usr/bin/awk"],
  generated: ["*/configure", "*/Makefile.in", "*/configh.in"],
});
