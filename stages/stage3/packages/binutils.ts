import { definePackage, type Recipe } from "@stagex/core";
import { binutilsAmd64, type Native } from "@stagex/stage2";
import { host } from "../host.ts";
import { gnu } from "../recipe.ts";
import { bison } from "./bison.ts";
import { flex } from "./flex.ts";
import { m4 } from "./m4.ts";
import { musl } from "./musl.ts";

const without = ["gprof", "gprofng", "libctf", "plugins", "shared", "werror"];
const parsers = ["binutils/arparse", "binutils/sysinfo", "ld/ldgram"];
const scanners = ["binutils/arlex", "binutils/syslex", "ld/ldlex"];

/** Builds them to run on x86_64. */
export const buildBinutils = ({ configure = [], make = [] }: Native): Recipe =>
  gnu({
    remake: [
      ...parsers.flatMap((name) => [`${name}.c`, `${name}.h`]),
      ...scanners.map((name) => `${name}.c`),
    ],
    configure: [
      "--enable-deterministic-archives",
      ...without.map((part) => `--disable-${part}`),
      "--without-zstd",
      ...configure,
    ],
    make: [...make, "MAKEINFO=true"],
    install: [...make, "MAKEINFO=true", "install"],
  });

export const binutils = definePackage({
  ...binutilsAmd64,
  name: "binutils",
  summary: "Assembler, linker, archiver and other tools for object files",
  needs: [musl, ...host, m4, bison, flex],
  // Without tooldir, each program would be installed a second time below /usr/x86_64-linux-musl.
  build: buildBinutils({ make: ["tooldir=/usr"] }),
  generated: [
    ...["*/configure", "*/Makefile.in", "*/config.in", "*/libsframe/config.h.in"],
    ...["*/bfd/bfd-in2.h", "*/bfd/libbfd.h", "*/bfd/libcoff.h", "*/opcodes/i386-[imt]*.h"],
  ],
});
