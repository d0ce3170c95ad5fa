/**
 * GCC's own programs to run (gcc.c-torture/execute), compiled at -O2 by our GCC 3.4.6, and by the same GCC as the
 * host's compiler made it: they fail the same ones.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { canBuildGcc, hostBuiltGcc } from "../../../scripts/ddc-gcc-3.ts";
import { failuresOf, type KnownFailures, linesOf } from "./gcc-programs.ts";
import { Root } from "./root.ts";

/**
 * Programs that fail, by the step that does. They come with GCC 10.2, since no archive at hand holds those of 3.4.6,
 * and with each defect that GCC's authors mended until then came a program that shows it.
 */
const knownFailures: readonly KnownFailures[] = [
  {
    step: "compile",
    why: "uses a type, a vector, a macro, a constant expression or a syntax of later versions",
    programs: `
      20020619-1 20050316-1 20050316-2 20050316-3 20111208-1 20180112-1 20190901-1 align-3 bswap-2
      ieee/builtin-nan-1 ieee/pr72824-2 pr15296 pr19449 pr22098-1 pr22098-2 pr22098-3 pr30778 pr40657
      pr41935 pr42833 pr49390 pr53645 pr53645-2 pr58209 pr60960 pr68532 pr70903 pr71083 pr71626-1
      pr71626-2 pr78622 pr78726 pr79121 pr79737-1 pr79737-2 pr80692 pr81423 pr81503 pr81913 pr83362
      pr84748 pr85156 pr85169 pr85331 pr86492 pr90025 pr91597 pr92904 pr93213 pr94412 pr94524-1 pr94524-2
      pr94591 return-addr strlen-7`,
  },
  {
    step: "compile",
    why: "ends 3.4.6 with an internal error",
    programs: `
      20050607-1 pr34154`,
  },
  {
    step: "link",
    why: "calls a built-in function of later versions",
    programs: `
      20080502-1 bswap-1 bswap-3 builtin-bitops-1 ieee/compare-fp-3 pr35456 pr39228 pr64006 pr68381
      pr71554 pr81281 pr84169 pr84339 pr84478 pr85095 pr90311 pr91450-1 pr91450-2 pr93494 va-arg-pack-1`,
  },
  {
    step: "link",
    why: "calls a missing function, unless the compiler sees that it never happens, as later versions do",
    programs: `
      20041114-1`,
  },
  {
    step: "run",
    why: "needs an attribute, a pragma, a vector operation or an option of later versions",
    programs: `
      alias-2 eeprof-1 fprintf-chk-1 mayalias-3 noinit-attribute pr79043 pr92618 printf-chk-1
      pushpop_macro scal-to-vec1 scal-to-vec2 scal-to-vec3 vfprintf-chk-1 vprintf-chk-1`,
  },
  {
    step: "run",
    why: "shows a defect of 3.4.6, or a change of the language, that was mended or made later",
    programs: `
      20030125-1 20040411-1 20040423-1 20040811-1 20041201-1 20041218-2 20050410-1 20051104-1 20080506-1
      20091229-1 alias-access-path-1 bitfld-1 bitfld-3 bitfld-5 call-trap-1 enum-3 ieee/pr67218
      nest-align-1 pr19606 pr28651 pr32244-1 pr33779-2 pr34130 pr34768-1 pr34768-2 pr34971 pr36077 pr36691
      pr38212 pr42544 pr45262 pr47237 pr48197 pr51447 pr55137 pr56051 pr56250 pr64242 pr65401 pr7284-1
      pr80501 va-arg-trap-1 vla-dealloc-1 widechar-3`,
  },
];

/** Compiles, links and runs the program $1, and prints STEP PROGRAM if it fails. */
const script = `
program=\${1#/src/gcc-torture/}
program=\${program%.c}
mkdir -p "/work/$program"
cd "/work/$program"
options="-O2 -std=gnu99 -w"
case $program in ieee/*) options="$options -ffloat-store" ;; esac
if grep -q 'options.*-fwrapv' "$1"; then options="$options -fwrapv"; fi
if ! gcc $options -c -o test.o "$1" >log 2>&1; then echo compile "$program"
elif ! gcc -o test test.o -lm >log 2>&1; then echo link "$program"
elif ! timeout 60 ./test >log 2>&1; then echo run "$program"
fi
rm -f test test.o
`;

const MINUTES = 60_000;

/** @param gcc a package, or the path of a tree */
const failuresBy = async (gcc: string): Promise<string[]> =>
  failuresOf(
    await Root.of(gcc, "binutils-i386", "musl-i386", "busybox-tcc", "gcc-torture"),
    "ls /src/gcc-torture/*.c /src/gcc-torture/ieee/*.c",
    script,
  );

describe("of GCC's own programs", () => {
  let ours: string[];
  beforeAll(async () => {
    ours = await failuresBy("gcc-3");
  }, 30 * MINUTES);

  it("our GCC fails those that are known to fail", () => {
    expect(ours).toEqual(linesOf(knownFailures));
  });

  describe("the same GCC, made by the host's compiler,", () => {
    let theirs: string[] | undefined;
    beforeAll(async () => {
      if (await canBuildGcc()) theirs = await failuresBy(await hostBuiltGcc());
    }, 30 * MINUTES);

    it("fails the same", ({ skip }) => {
      skip(!theirs, "there is no gcc here that makes static programs for i386");
      expect(theirs).toEqual(ours);
    });
  });
});
