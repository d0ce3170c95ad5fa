/** GCC's own programs to run, in C and C++, compiled at -O2: those that fail are known, with the reason. */
import { beforeAll, describe, expect, it } from "vitest";
import { Root } from "../../stage1/tests/root.ts";
import { lock, storedTree } from "../../stage2/tests/store.ts";

const MINUTES = 60_000;

/** Programs that fail, by the step that does. */
const knownFailures: readonly { step: string; why: string; programs: string }[] = [];

/**
 * Compiles and runs the program $1 as the comments in it and the file beside it ask (DejaGnu's directives), and prints
 * what fails, or that it was not run since it is for another machine or takes another source.
 */
const script = `
file=$1
program=\${file#/src/gcc-testsuite/}
case $program in
  *.c) compiler=gcc libraries=-lm ;;
  *) compiler=g++ libraries=
    grep -q 'dg-do *run' "$file" || exit 0 ;;
esac
case $(grep -o 'dg-do *run.*' "$file") in
  *ia32* | *ilp32* | *c++14_down*) echo "omitted $program"; exit 0 ;;
esac
if grep -q -E 'dg-additional-sources|dg-require-effective-target (ia32|ilp32|arm32|int32_?only)' "$file"
then echo "omitted $program"; exit 0
fi
options=$(sed -n 's/.*{ *dg-\\(additional-\\)\\{0,1\\}options  *"\\{0,1\\}\\([^"{}]*\\)"\\{0,1\\} *}.*/\\2/p' "$file")
beside=\${file%.c}.x
if [ -e "$beside" ]; then
  options="$options $(sed -n 's/^lappend additional_flags//p' "$beside" | tr -d '"')"
fi
mkdir -p "/work/$program"
cd "/work/$program"
if ! $compiler -O2 -w $options -c -o test.o "$file" >log 2>&1; then echo "compile $program"
elif ! $compiler $options -o test test.o $libraries >log 2>&1; then echo "link $program"
elif ! timeout 60 ./test >log 2>&1; then echo "run $program"
fi
rm -f test test.o
`;

const compilers = {
  "gcc-amd64": ["gcc-amd64", "binutils-amd64", "musl-amd64", "linux-headers", "busybox-amd64"],
  gcc: ["gcc", "binutils", "musl", "linux-headers", "busybox"],
};

describe.each(Object.entries(compilers))("of GCC's own programs, %s", (_, packages) => {
  const needed = [...packages, "gcc-testsuite"];
  const missing = needed.filter((name) => lock.packages[name] === undefined || !storedTree(name));

  let failures: string[];
  beforeAll(async () => {
    if (missing.length > 0) return;
    const root = await Root.of(...needed.map((name) => storedTree(name) as string));
    root.write("test.sh", script);
    const all = `cd /src/gcc-testsuite
      ls gcc.c-torture/execute/*.c gcc.c-torture/execute/ieee/*.c g++.dg/*/*.C | sed "s,^,$PWD/," >/programs
      awk NR%2==1 /programs | xargs -n 1 /bin/sh /test.sh &
      awk NR%2==0 /programs | xargs -n 1 /bin/sh /test.sh
      wait`;
    const { output } = await root.run(["/bin/sh", "-c", all]);
    failures = output.trim().split("\n").sort();
  }, 60 * MINUTES);

  it.skipIf(missing.length > 0)(
    `fails those that are known to fail (where the store has it: ./stagex build ${missing.join(" ")})`,
    () => {
      const known = knownFailures.flatMap(({ step, programs }) =>
        programs
          .trim()
          .split(/\s+/)
          .map((program) => `${step} ${program}`),
      );
      expect(failures).toEqual(known.sort());
    },
  );
});
