/** How binutils is built: the programs that compilers need, for i386 and x86_64. */
import { autotools, debian, type Recipe, source } from "@stagex/core";

export const binutilsSource = source({
  sha256: "c41a0272424f41bb01bf828e7ffef1b2d59d1788064fd6b5f1d971717e9320b8",
  size: 27504768,
  file: "binutils_{version}.orig.tar.xz",
  from: ["https://snapshot.debian.org/file/72d64195ae49688a3e4f1e0c2822a87e9286d9d1", debian()],
});

const parts = ["bfd", "binutils", "gas", "ld", "libiberty", "libsframe", "opcodes", "zlib"];

/** By autoconf and autoheader, autogen, automake, bison, flex, and binutils' own programs. */
export const binutilsGenerated = [
  ...["configure", "Makefile.in"].flatMap((file) => [
    `binutils-2.44/${file}`,
    ...parts.map((part) => `*/${part}/${file}`),
  ]),
  ...[
    "*/config.in",
    "*/libsframe/config.h.in",
    "*/bfd/bfd-in2.h",
    "*/bfd/libbfd.h",
    "*/bfd/libcoff.h",
    "*/opcodes/i386-[imt]*.h",
  ],
  ...["*/binutils/arparse.[ch]", "*/binutils/arlex.c", "*/ld/ldgram.[ch]", "*/ld/ldlex.c"],
];

const without = ["gold", "gprof", "gprofng", "libctf", "nls", "plugins", "shared", "threads", "werror"];

/** Without it, each program would be installed a second time below `/usr/i386-pc-linux-gnu`. */
const tooldir = "tooldir=/usr";

/** @param env the compiler and its flags, as `configure` takes them */
export const binutils = (env: Readonly<Record<string, string>>): Recipe =>
  autotools({
    configure: [
      "--build=i386-pc-linux-gnu",
      "--enable-64-bit-bfd",
      "--enable-deterministic-archives",
      ...without.map((part) => `--disable-${part}`),
      "--without-mmap",
      "--without-zstd",
    ],
    env,
    make: [tooldir, "MAKEINFO=true"],
    install: [tooldir, "MAKEINFO=true", "install"],
  });
