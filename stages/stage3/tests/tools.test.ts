/** The tools that people and build scripts call. */
import { expect, it } from "vitest";
import { describeIn, type Shell } from "./root.ts";

/** Scripts with what they write. */
const scripts = (sh: Shell, cases: Readonly<Record<string, readonly [script: string, output: string]>>) =>
  it.each(Object.entries(cases))("%s", async (_, [script, output]) => expect(await sh(script)).toBe(output));

const bash = (script: string) => `exec bash <<'SCRIPT'\n${script}\nSCRIPT\n`;

describeIn(["bash", "coreutils", "busybox"], "bash", (sh) =>
  scripts(sh, {
    "has arrays and maps": [
      bash('a=(1 2 "3 4"); a+=(5); declare -A m=([x]=y); echo "${#a[@]}" "${a[@]:1:2}" "${a[-1]}" "${m[x]}"'),
      "4 2 3 4 5 y\n",
    ],
    "matches regular expressions": [
      bash('[[ v1.2 =~ ^v([0-9]+)\\.([0-9]+)$ ]] && echo "${BASH_REMATCH[@]:1}"'),
      "1 2\n",
    ],
    "reads lines, and changes case": [
      bash('mapfile -t lines <<<$\'a\\nb\'; printf "%s," "${lines[@]^^}"; echo'),
      "A,B,\n",
    ],
    "substitutes a command in the shell itself": [bash('x=${ y=1; echo z; }; echo "$x $y"'), "z 1\n"],
    "fails when a part of a pipe does": [bash("set -o pipefail; false | true; echo $?"), "1\n"],
    "tells its version and nothing of where it was built": [
      "bash --version | head -n 1",
      "GNU bash, version 5.3.0(1)-release (x86_64-pc-linux-musl)\n",
    ],
  }),
);

describeIn(["coreutils", "busybox"], "coreutils", (sh) =>
  scripts(sh, {
    "sorts by numbers, fields and versions": [
      "printf 'b:10\\na:9\\n' | sort -t : -k 2n; printf '1.10\\n1.9\\n' | sort -V | paste -s -d ' '",
      "a:9\nb:10\n1.9 1.10\n",
    ],
    "computes the sums that the standards give for abc": [
      "for name in md5 sha1 sha224; do printf abc | ${name}sum; done; printf abc | cksum -a sha256 --untagged",
      [
        "900150983cd24fb0d6963f7d28e17f72  -",
        "a9993e364706816aba3e25717850c26c9cd0d89d  -",
        "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7  -",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  -\n",
      ].join("\n"),
    ],
    "computes the CRC of POSIX, from a table made here": ["printf 123456789 | cksum", "930766865 9\n"],
    "understands dates in words": [
      "date -u -d '2000-02-28 12:00 UTC + 1 day + 90 minutes' '+%F %T'",
      "2000-02-29 13:30:00\n",
    ],
    "finds the factors of large numbers, by primes listed here": [
      "factor 18446744073709551617",
      "18446744073709551617: 274177 67280421310721\n",
    ],
    "joins, splits and counts": [
      "seq 5 >a; seq 3 7 >b; join a b | tac | paste -s; comm -13 a b | wc -l; split -n l/2 a; cat xaa | wc -l",
      "5\t4\t3\n2\n3\n",
    ],
    "is one program with many names": ["readlink $(command -v sort)", "coreutils\n"],
  }),
);

describeIn(["sed", "grep", "gawk", "busybox"], "sed, grep and awk", (sh) =>
  scripts(sh, {
    "sed replaces with groups and changes case": [
      "echo one two | sed -E 's/(\\w+) (\\w+)/\\U\\2\\E \\1/'",
      "TWO one\n",
    ],
    "sed edits a file in place, keeping the old one": [
      "echo a >f; sed -i.old s/a/b/ f; cat f f.old",
      "b\na\n",
    ],
    "grep finds words, references back, and only what matches": [
      "printf 'abab x1\\nabba x22\\n' >f; grep -n -E '(ab)\\1' f; grep -o 'x[0-9]*' f; grep -cw abba f",
      "1:abab x1\nx1\nx22\n1\n",
    ],
    "grep searches folders": [
      "mkdir -p d/e; echo needle >d/e/f; grep -r needle d; grep -rL needle d",
      "d/e/f:needle\n",
    ],
    "awk sums by key, in order": [
      "printf 'b 1\\na 2\\nb 3\\n' | awk '{ s[$1] += $2 } END { n = asorti(s, k); for (i = 1; i <= n; i++) print k[i], s[k[i]] }'",
      "a 2\nb 4\n",
    ],
    "awk has its own functions for text and time": [
      `awk 'BEGIN { print gensub(/(a)(b)/, "\\\\2\\\\1", "g", "abab"), strftime("%F", 86400, 1), and(12, 10) }'`,
      "baba 1970-01-02 8\n",
    ],
    "awk keeps a backslash that it was told to put": [
      `echo a+b | awk '{ gsub(/[+]/, "\\\\+"); print }'`,
      "a\\+b\n",
    ],
  }),
);

describeIn(["findutils", "diffutils", "patch", "coreutils", "busybox"], "find, diff and patch", (sh) =>
  scripts(sh, {
    "find tells of files by name, size and date": [
      "mkdir d; printf 12345 >d/five; touch -d 2001-01-01 d/old; find d -type f ! -newermt '2001-01-01 + 1 day'",
      "d/old\n",
    ],
    "find and xargs hand on any name": [
      "touch 'a b' 'c\nd'; find . -name '[ac]*' -print0 | sort -z | xargs -0 -n 1 basename -a | wc -l",
      "3\n",
    ],
    "patch applies what diff wrote, and takes it back": [
      "seq 9 >a; seq 9 | sed 5d >b; diff -u a b >p; patch -s a p; cmp a b && patch -s -R a p && wc -l <a",
      "9\n",
    ],
    "diff3 merges two changes of a file": [
      "seq 5 >o; sed 1s/1/one/ o >a; sed 5s/5/five/ o >b; diff3 -m a o b | paste -s -d ' '",
      "one 2 3 4 five\n",
    ],
    "patch fails on what does not fit, and keeps the file": [
      "seq 3 >a; printf -- '--- a\\n+++ a\\n@@ -1 +1 @@\\n-x\\n+y\\n' | patch -s a; echo $?; wc -l <a",
      "1 out of 1 hunk FAILED -- saving rejects to file a.rej\n1\n3\n",
    ],
  }),
);

describeIn(["tar", "gzip", "bzip2", "xz", "zstd", "busybox"], "tar and the compressors", (sh) => {
  const files =
    "mkdir -p d/e; seq 10000 >d/numbers; : >d/e/empty; ln -s numbers d/link; ln d/numbers d/hard; ";
  const create = "tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner";

  it.each([["gzip"], ["bzip2"], ["xz"], ["zstd"]])(
    "pack a folder with %s, and unpack it",
    async (program) => {
      const script = `${files}
      ${create} --${program} -cf a d; ${create} --${program} -cf b d; cmp a b; ${program} -t -q a
      mkdir out; tar -xf a -C out; cmp d/numbers out/d/hard; readlink out/d/link; ls out/d/e; wc -c <a`;
      const [link, empty, size] = (await sh(script)).split("\n");
      expect([link, empty]).toEqual(["numbers", "empty"]);
      expect(Number(size)).toBeLessThan(28_000);
    },
  );

  it.each([["gzip"], ["bzip2"], ["xz"], ["zstd"]])("%s refuses what was damaged", async (program) => {
    const damage = "printf X | dd of=a bs=1 seek=60 conv=notrunc 2>/dev/null";
    const script = `seq 10000 | ${program} -c >a; ${damage}; ${program} -dc <a >/dev/null 2>&1; echo $?`;
    expect(await sh(script)).not.toBe("0\n");
  });

  it("gzip writes no time", async () => {
    expect(await sh("seq 9 >f; gzip -n f; od -An -tx1 -N8 f.gz")).toBe(" 1f 8b 08 00 00 00 00 00\n");
  });

  it("their libraries' formats are read by one another's programs", async () => {
    expect(
      await sh("echo x | gzip | zcat; echo y | bzip2 | bzcat; echo z | xz | xzcat; echo 1 | zstd | zstdcat"),
    ).toBe("x\ny\nz\n1\n");
  });
});
