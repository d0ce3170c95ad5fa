/** GCC's own programs to run, in C and C++: those that fail are known, with the reason. */
import { describe, expect, it } from "vitest";
import { hasHostGcc, lockOverHostGcc } from "../../../scripts/ddc-gcc.ts";
import { failuresOf, type KnownFailures, linesOf } from "../../stage1/tests/gcc-programs.ts";
import { Root } from "../../stage1/tests/root.ts";
import { storedOf, storedTrees } from "../../stage2/tests/store.ts";

const MINUTES = 60_000;

/** Programs that fail, by the step that does. */
const knownFailures: readonly KnownFailures[] = [
  {
    step: "omitted",
    why: "is for another machine",
    programs: `
      g++.dg/eh/arm-iwmmxt-unwind.C g++.dg/eh/arm-vfp-unwind.C g++.dg/eh/async-unwind1.C g++.dg/eh/async-unwind2.C
      g++.dg/eh/ia64-1.C g++.dg/eh/o32-fp.C g++.dg/eh/seh-xmm-unwind.C g++.dg/eh/simd-2.C
      g++.dg/eh/unwind-direct.C g++.dg/inherit/thunk1.C`,
  },
  {
    step: "compile",
    why: "calls va_start with one argument, as C23 has it, and musl's takes two",
    programs: "gcc.c-torture/execute/pr117432.c",
  },
  {
    step: "run",
    why: "wants the objects of a thread destroyed before those of the program, for which musl lacks a function",
    programs: "g++.dg/tls/thread_local-order2.C",
  },
  {
    step: "run",
    why: "is expected to fail by GCC's authors",
    programs: "g++.dg/torture/pr101373.C",
  },
];

/**
 * Compiles and runs the program $1 as the comments in it and the file beside it ask (DejaGnu's directives), and prints
 * what fails, or that it was not run since it is for another machine. As for GCC's authors, those of C and of
 * g++.dg/torture are optimised, and the others are not.
 */
const script = `
file=$1
program=\${file#/src/gcc-testsuite/}
asked=$(grep -o -E 'dg-do *run.*|dg-require-effective-target.*' "$file" | sed 's/xfail.*//')
case $program in
  *.c) compiler=gcc libraries=-lm options=-O2 ;;
  g++.dg/torture/*) compiler=g++ libraries= options=-O2 ;;
  *) compiler=g++ libraries= options= ;;
esac
case $program,$asked in
  *.C,*dg-do*) ;;
  *.C,*) exit 0 ;;
esac
case $asked in
  *'&& ia32'* | *'&& ilp32'* | *ia64* | *mips* | *solaris* | *mingw* | *arm*) echo "omitted $program"; exit 0 ;;
  *'! c++11'*) options="$options -std=gnu++98" ;;
  *c++14_down*) options="$options -std=gnu++14" ;;
esac
# The value of a directive that holds for all machines, without its quotation marks.
value() { sed -n "s/.*{ *dg-\\($1\\)  *{\\{0,1\\} *\\([^{}]*\\)}.*/\\2/p" "$file" | tr -d '"'; }
options="$options $(value 'options\\|additional-options')"
beside=\${file%.c}.x
if [ -e "$beside" ]; then
  options="$options $(sed -n 's/^lappend additional_flags//p' "$beside" | tr -d '"')"
fi
for name in $(value additional-sources); do libraries="\${file%/*}/$name $libraries"; done
mkdir -p "/work/$program"
cd "/work/$program"
if ! $compiler -w $options -c -o test.o "$file" >log 2>&1; then echo "compile $program"
elif ! $compiler -w $options -o test test.o $libraries >log 2>&1; then echo "link $program"
elif ! timeout 60 ./test >log 2>&1; then echo "run $program"
fi
rm -f test test.o
`;

const list = `cd /src/gcc-testsuite
ls gcc.c-torture/execute/*.c gcc.c-torture/execute/ieee/*.c g++.dg/*/*.C | sed "s,^,$PWD/,"`;

const failuresBy = async (...trees: string[]): Promise<string[]> =>
  failuresOf(await Root.of(...trees), list, script);

describe("of GCC's own programs", async () => {
  const needed = ["binutils", "musl", "linux-headers", "busybox", "gcc-testsuite"];
  const { trees, isMissing, why } = storedTrees(["gcc", ...needed]);

  it.skipIf(isMissing)(
    `our GCC fails those that are known to fail${why}`,
    async () => expect(await failuresBy(...trees)).toEqual(linesOf(knownFailures)),
    60 * MINUTES,
  );

  const theirs = isMissing ? undefined : await hostBuiltGcc();

  it.skipIf(theirs === undefined)(
    `the same GCC, made by the host's compiler, fails the same${theirs ? "" : " (skipped: scripts/ddc gcc)"}`,
    async () =>
      expect(await failuresBy(`${theirs}`, ...storedTrees(needed).trees)).toEqual(linesOf(knownFailures)),
    60 * MINUTES,
  );
});

/** Stage 2's GCC as `scripts/ddc gcc` has the host's compiler make it, if the store has it. */
async function hostBuiltGcc(): Promise<string | undefined> {
  return (await hasHostGcc()) ? storedOf(await lockOverHostGcc()).storedTree("gcc-amd64") : undefined;
}
