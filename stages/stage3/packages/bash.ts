import { debian, definePackage, source } from "@stagex/core";
import { gnu } from "../recipe.ts";
import { toolchain } from "../toolchain.ts";
import { bison } from "./bison.ts";
import { m4 } from "./m4.ts";

export const bash = definePackage({
  name: "bash",
  version: "5.3",
  license: "GPL-3.0-or-later",
  summary: "The GNU shell, with its line editor",
  sources: [
    source({
      sha256: "a70de6bb41f5e192534a5a1836b1d7fad9a8d4818a6e1506d70f38441552c17a",
      size: 5571836,
      file: "bash_{version}.orig.tar.xz",
      from: ["https://snapshot.debian.org/file/2e1b210a4d7e3969158fcaa03502fe9e4dff0bf5", debian()],
    }),
  ],
  needs: [...toolchain, m4, bison],
  build: gnu({
    remake: ["y.tab.c", "y.tab.h", "parser-built"],
    configure: ["--without-bash-malloc"],
    // A static program cannot load builtins from files. Those that would be installed are looked for in vain.
    // The manual would be installed as HTML too.
    make: ["bash"],
    install: ["LOADABLES_DIR=/none", "htmldir=", "install"],
  }),
  provides: ["/usr/bin/bash"],
  generated: ["*/configure"],
});
