/**
 * How GCC 3.4.6 is built: by TinyCC, then by itself. No patch is needed, only what its makefiles let one choose.
 */
import { debian, type Recipe, run, type Step, shell, source, unpack } from "@stagex/core";

/** All of GCC 3.4.6 but manuals and tests, as Debian keeps it for a cross compiler. */
export const gccSource = source({
  sha256: "1626f9e00509268ca7c791528aca41258bfd5b784cb317cf2bccd68f2f63cfed",
  size: 18868922,
  file: "gcc-h8300-hms_{version}+dfsg2.orig.tar.gz",
  from: ["https://snapshot.debian.org/file/5a1383fbdbd6fd02f4483a8c54475964343bca42", debian()],
});

/** By autoconf and autoheader, autogen, automake, bison, flex and gperf. */
export const gccGenerated = [
  "*/configure",
  ...["gcc/config.in", "libiberty/config.in", "libstdc++-v3/config.h.in"].map((file) => `*/${file}`),
  ...["*+dfsg2/Makefile.in", "*/libstdc++-v3/*Makefile.in"],
  ...["c-parse.c", "gengtype-lex.c", "gengtype-yacc.[ch]", "cp/cfns.h"].map((file) => `*/gcc/${file}`),
];

const machine = ["build", "host", "target"].map((role) => `--${role}=i386-pc-linux-gnu`);

const options = [
  "--prefix=/usr",
  ...machine,
  ...["multilib", "nls", "shared"].map((part) => `--disable-${part}`),
  "--enable-threads=single",
];

const configure = (script: string, cwd: string, words: string[], env: Record<string, string>): Step => ({
  argv: [script, ...options, ...words],
  env,
  cwd,
});

/** Runs make in `/build/build` with as many jobs as there are processors. */
const make = (...words: string[]): Step => ({
  ...run("/bin/sh", "-euc", 'exec make -j "$(nproc)" "$@"', "make", ...words),
  cwd: "/build/build",
});

const install = (folder: string, ...words: string[]): Step =>
  run("/usr/bin/make", "-C", `build/${folder}`, "DESTDIR=/out", ...words);

const variables = [
  // musl's headers need no mending.
  "STMP_FIXINC=",
  // The unwinder would look for signal frames as glibc's headers declare them.
  "LIBGCC2_DEBUG_CFLAGS=-DUSE_GNULIBC_1",
  "LDFLAGS=-s",
];

/** What is installed: without manuals, and without the programs that mend headers. */
const parts = ["common", "headers", "libgcc", "cpp", "driver"].map((part) => `install-${part}`);

export interface Gcc {
  readonly compiler: string;
  readonly flags: string;
  readonly languages: "c" | "c,c++";
}

export const gcc =
  ({ compiler, flags, languages }: Gcc): Recipe =>
  (context) => [
    ...unpack(context),
    run("/bin/mkdir", "-p", "build/gcc/include"),
    // A limits.h that goes on to musl's: it would come with the mended headers.
    run("/bin/cp", "source/gcc/gsyslimits.h", "build/gcc/include/syslimits.h"),
    configure("../source/configure", "/build/build", [`--enable-languages=${languages}`], {
      CC: compiler,
      CFLAGS: flags,
    }),
    make("all-build-libiberty", "all-libiberty", "all-intl", "configure-gcc"),
    make("-C", "gcc", `CFLAGS=${flags}`, ...variables),
    install("gcc", ...variables, ...parts, "lang.install-normal"),
    shell("rm -r /out/usr/info /out/usr/man /out/usr/bin/gccbug /out/usr/bin/i386-*"),
  ];

/** The proof that nothing changes any more: each file equals that of the compiler which built it. */
export const sameAsCompiler: Step = shell(
  'cd /out\nfind . -type f | while read -r file; do /cmp "$file" "/$file"; done',
);

/** In place of glibc's tables of characters, the functions of the C standard. */
const generic = "OS_INC_SRCDIR=config/os/generic";

/** The C++ library, built by the installed compiler. */
export const libstdcxx: Step[] = [
  run("/bin/mkdir", "build/libstdcxx"),
  configure(
    "../../source/libstdc++-v3/configure",
    "/build/build/libstdcxx",
    ["--enable-clocale=generic", "--disable-libstdcxx-pch"],
    {
      CC: "gcc",
      // Where a file has no name that others see, g++ makes one up from the time, unless it is given a seed.
      CXX: "gcc -nostdinc++ -frandom-seed=stagex",
      CFLAGS: "-O2",
      CXXFLAGS: "-O2",
      // It makes the headers.
      MAKE: `make ${generic}`,
      // musl declares no fopen64 and the like: all its files may be large.
      glibcxx_cv_LFS: "no",
    },
  ),
  ...["libmath", "libsupc++", "src"].map((part) => make("-C", `libstdcxx/${part}`)),
  ...["include", "libsupc++", "src"].map((part) => install(`libstdcxx/${part}`, generic, "install")),
  // libtool adds the objects of libmath and libsupc++ in the order in which the file system lists them.
  shell(`mkdir members
cd members
ar -x /out/usr/lib/libstdc++.a
rm /out/usr/lib/libstdc++.a /out/usr/lib/*.la
ar -r -c -s /out/usr/lib/libstdc++.a *`),
];
