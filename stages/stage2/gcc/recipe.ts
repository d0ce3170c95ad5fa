/** What the versions of GCC share. */
import { type Autotools, autotools, type Recipe, run, shell } from "@stagex/core";
import { type Native, native } from "../recipe.ts";

/** A release as Debian keeps it: its archive, without its manuals, inside another one. */
function release(version: string) {
  const top = `gcc-${version}`;
  const inner = `gcc-${version.split(".")[0]}-${version}/${top}-dfsg.tar.xz`;
  /** A command that unpacks the release from Debian's archive; options of tar(1) follow. */
  const extract = (archive: string | undefined) => `tar -x -O -f ${archive} ${inner} |\n  tar -x -J -f -`;
  /** Unpacks it to `/build/source`. The tests stay out, four fifths of all files. */
  const unpack: Recipe = ({ sources: [archive] }) => [
    shell(
      `mkdir source
${extract(archive)} -C source --strip-components 1 --exclude '*/testsuite/[!M]*'`,
    ),
  ];
  /** Its files of these names, for `generated`. */
  const files = (...names: string[]) => names.map((name) => `${inner}!/${top}/${name}`);
  return { version, top, extract, unpack, files };
}

export const gcc10 = release("10.2.0");
export const gcc16 = release("16.2.0");

const folders = ["fixincludes", "gcc", "libcpp", "libdecnumber", "libgcc", "libiberty"];
const byAutomake = ["libbacktrace", "zlib"];

/** What others made of the files that compilers and libgcc are built from. */
const generatedHere = [
  ...[
    "configure",
    "Makefile.in",
    "fixincludes/fixincl.x",
    "libcpp/ucnid.h",
    "libcpp/generated_cpp_wcwidth.h",
  ],
  ...[...folders, ...byAutomake].map((folder) => `${folder}/configure`),
  ...byAutomake.map((folder) => `${folder}/Makefile.in`),
  ...folders.filter((folder) => folder !== "fixincludes").map((folder) => `${folder}/config.in`),
  ...["fixincludes", "libbacktrace"].map((folder) => `${folder}/config.h.in`),
];

/** What others made of the files that the library for C++ is built from. */
const generatedForCxx = ["configure", "config.h.in", "Makefile.in", "*/Makefile.in"].map(
  (file) => `libstdc++-v3/${file}`,
);

export const generatedInGcc10 = gcc10.files(
  ...generatedHere,
  "gcc/gengtype-lex.c",
  "intl/configure",
  "intl/config.h.in",
  "intl/plural.c",
);
export const generatedInLibstdcxx10 = gcc10.files(...generatedForCxx);
export const generatedInLibstdcxx16 = gcc16.files(
  ...generatedForCxx,
  "libstdc++-v3/include/bits/unicode-data.h",
);
export const generatedInGcc16 = generatedInLibstdcxx16.concat(
  gcc16.files(
    ...generatedHere,
    ...["combining-chars.inc", "printable-chars.inc", "uname2c.h"].map((file) => `libcpp/${file}`),
    "gcc/text-art/box-drawing-chars.inc",
    ...["configure", "config.h.in", "Makefile.in"].map((file) => `libcody/${file}`),
    ...["configure", "config.h.in"].map((file) => `c++tools/${file}`),
  ),
);

/**
 * What every program gets unless its build says otherwise, from the first compiler for x86_64 on: it is static and can
 * be loaded anywhere, notices when its stack is overwritten, and cannot write to its tables of addresses.
 */
const hardening = [
  "--enable-default-pie",
  "--enable-default-ssp",
  "--with-specs=%{!r:%{!shared:%{!static:%{!no-pie:-static-pie}}} -z now}",
];

const without = ["bootstrap", "gcov", "libcc1", "lto", "multilib", "nls", "plugin", "shared"];
const withoutLibraries = ["atomic", "gomp", "itm", "quadmath", "sanitizer", "ssp", "vtv"];

/** Options of `configure` that hold for every GCC here. */
export const gccOptions = [
  "--enable-checking=release",
  "--enable-languages=c,c++",
  ...without.map((part) => `--disable-${part}`),
  ...withoutLibraries.map((name) => `--disable-lib${name}`),
  ...hardening,
];

/**
 * Variables of `make` that hold for every GCC here.
 *
 * @param more variables for the compiler's own makefile, to which the one at the top passes no others
 */
export const gccVariables = (...more: string[]) => {
  // All libraries are in /usr/lib, none in /usr/lib64. Of the manuals, which are missing, none is made anew.
  const variables = ["MULTILIB_OSDIRNAMES=", "TEXI_GCCINT_FILES=", ...more];
  return [`EXTRA_GCC_FLAGS=${variables.join(" ")}`];
};

/** Has libgcc compiled without notes for a debugger, which would tell where it was built. */
const withoutNotes = run(
  "/bin/sed",
  "-i",
  "s/^LIBGCC2_DEBUG_CFLAGS = -g$/LIBGCC2_DEBUG_CFLAGS =/",
  "source/libgcc/Makefile.in",
);

export interface Gcc16 extends Pick<Native, "configure" | "remake"> {
  /** Its parts, as its makefile calls them; the compilers with all of their libraries when absent. */
  readonly parts?: readonly string[];
}

/**
 * Builds GCC 16 to run on x86_64.
 *
 * @param optimise how GCC itself is compiled, e.g. `-O2`
 */
export const buildGcc16 = (
  optimise: string,
  { configure = [], remake = [], parts = ["host", "target"] }: Gcc16 = {},
): Recipe =>
  native({
    unpack: (context) => [...gcc16.unpack(context), withoutNotes],
    remake,
    configure: [...gccOptions, "--disable-libstdcxx-pch", "--enable-host-pie", ...configure],
    env: {
      CFLAGS: optimise,
      CXXFLAGS: optimise,
      LDFLAGS: "-s",
      CFLAGS_FOR_TARGET: "-O2",
      CXXFLAGS_FOR_TARGET: "-O2",
    },
    make: [...gccVariables(), ...parts.map((part) => `all-${part}`)],
    install: [...gccVariables(), ...parts.map((part) => `install-${part}`)],
  });

export interface Libstdcxx extends Omit<Autotools, "folder" | "env"> {
  /** The system that it is for: `aarch64-linux-musl`. */
  readonly system: string;
  /** The compiler's name. */
  readonly compiler: string;
  /** Where this compiler looks for the library's headers. */
  readonly headers: string;
}

/** Builds GCC's library for C++ alone, by a compiler that is there. */
export const buildLibstdcxx = ({ system, compiler, headers, configure = [], ...rest }: Libstdcxx): Recipe =>
  autotools({
    ...rest,
    folder: "libstdc++-v3",
    configure: [
      ...["--build=x86_64-linux-musl", `--host=${system}`],
      ...["libstdcxx-pch", "multilib", "nls", "shared"].map((part) => `--disable-${part}`),
      `--with-gxx-include-dir=${headers}`,
      ...configure,
    ],
    // g++ would link with the library that is to be built.
    env: { CXX: `${compiler} -nostdinc++`, CFLAGS: "-O2", CXXFLAGS: "-O2" },
  });
