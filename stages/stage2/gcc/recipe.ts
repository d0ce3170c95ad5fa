/** What the versions of GCC share. */
import { type Recipe, shell } from "@stagex/core";
import { native } from "../recipe.ts";

/**
 * Unpacks GCC to `/build/source`. Debian keeps the archive of a release, without its manuals, inside another one.
 * The tests stay out, four fifths of all files.
 *
 * @param inner the archive's name in the outer one, which is the package's first source
 */
const unpackGcc =
  (inner: string): Recipe =>
  ({ sources: [archive] }) => [
    shell(
      `mkdir source
tar -x -O -f ${archive} ${inner} |
  tar -x -J -f - -C source --strip-components 1 --exclude '*/testsuite/[!M]*'`,
    ),
  ];

export const unpackGcc10 = unpackGcc("gcc-10-10.2.0/gcc-10.2.0-dfsg.tar.xz");
const unpackGcc16 = unpackGcc("gcc-16-16.2.0/gcc-16.2.0-dfsg.tar.xz");

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
  return [`EXTRA_GCC_FLAGS=${variables.join(" ")}`, "LIBGCC2_DEBUG_CFLAGS="];
};

/**
 * Builds GCC 16 for x86_64 with what it needs at run time, its libraries for C++ among it.
 *
 * @param optimise how GCC itself is compiled, e.g. `-O2`
 * @param more options of `configure`
 */
export const buildGcc16 = (optimise: string, ...more: string[]): Recipe =>
  native({
    unpack: unpackGcc16,
    configure: [...gccOptions, "--disable-libstdcxx-pch", ...more],
    env: {
      CFLAGS: optimise,
      CXXFLAGS: optimise,
      LDFLAGS: "-s",
      CFLAGS_FOR_TARGET: "-O2",
      CXXFLAGS_FOR_TARGET: "-O2",
    },
    make: [...gccVariables(), "all-host", "all-target"],
    install: [...gccVariables(), "install-host", "install-target"],
  });
