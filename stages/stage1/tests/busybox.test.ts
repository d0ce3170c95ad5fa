/** busybox: the shell and the tools that the packages after it are built with. */
import { mkdirSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Root } from "./root.ts";

let root: Root;
beforeAll(async () => {
  root = await Root.of("busybox-tcc");
});
beforeEach(() => {
  rmSync(root.path("work"), { recursive: true });
  mkdirSync(root.path("work"));
});

/** What a script writes, to its output and its errors. */
const sh = async (script: string): Promise<string> => (await root.run(["/bin/sh", "-c", script])).output;

/** Scripts with what they write. */
const scripts = (cases: Record<string, [script: string, output: string]>) =>
  it.each(Object.entries(cases).map(([name, [script, output]]) => ({ name, script, output })))(
    "$name",
    async ({ script, output }) => expect(await sh(script)).toBe(output),
  );

const applets =
  `[ awk basename bunzip2 bzcat cat chmod cmp comm cp cut date dd diff dirname echo egrep env expr false
  fgrep find grep gunzip gzip head id install kill ln ls md5sum mkdir mktemp mv nproc od paste patch printf pwd readlink
  realpath rm rmdir sed seq sh sha256sum sleep sort stat tail tar tee test timeout touch tr true uname uniq unxz wc
  which xargs xz xzcat yes zcat`.split(/\s+/);

describe("the program", () => {
  it("has these applets, and a link of that name for each", async () => {
    expect((await root.run(["/bin/busybox", "--list"])).output).toBe(`${applets.join("\n")}\n`);
    expect(readdirSync(root.path("bin")).sort()).toEqual([...applets, "busybox"].sort());
    for (const name of applets) expect(readlinkSync(root.path(`bin/${name}`))).toBe("busybox");
  });

  it("tells its version, and neither when nor where it was built", async () => {
    expect(await sh("busybox | head -n 1")).toBe("BusyBox v1.37.0 multi-call binary.\n");
  });

  it("tells the usage of an applet", async () => {
    expect(await sh("tee --help 2>&1 | sed -n /Usage/p")).toBe("Usage: tee [-ai] [FILE]...\n");
  });
});

describe("the shell", () => {
  scripts({
    "expands parameters": [
      'x=a.b.c; echo ${x%.*} ${x%%.*} ${x#*.} ${x##*.} ${#x} ${y-d} ${y:=e} ${y+f}; echo "$@" $#',
      "a.b a b.c c 5 d e f\n0\n",
    ],
    "splits fields by IFS": ["IFS=:; x=a:b::c; set -- $x; echo $# $3- $4", "4 - c\n"],
    "computes in 64 bits": ["echo $((1 << 40)) $((0x10 / 3)) $((7 > 3 && 0))", "1099511627776 5 0\n"],
    "substitutes commands": ['x=$(echo "a  b"); echo "$x" `echo \\`echo c\\``', "a  b c\n"],
    "reads here documents": ["x=1\ncat <<A <<-'B'\n1 $x\nA\n\t2 $x\n\tB\n", "2 $x\n"],
    "has functions, with variables of their own": [
      "f() { local x=$1; [ $x = 0 ] || f $((x - 1)); echo -n $x; }; f 3",
      "0123",
    ],
    "has all control structures": [
      "for i in 1 2 3; do case $i in 1|3) continue;; [!1]) i=two;; esac; while :; do echo $i; break; done; done",
      "two\n",
    ],
    "expands patterns in the order of bytes": [
      "mkdir g; cd g; touch b a B .h; echo * [!a] ?x",
      "B a b B b ?x\n",
    ],
    redirects: [
      "exec 3>&1; { echo out; echo err >&2; } 2>&1 >&3 | sed s/^/piped:/; exec 3>&-",
      "out\npiped:err\n",
    ],
    "ends at an error with set -e, but not in a condition": [
      "set -e; if false; then :; fi; false || :; false; echo",
      "",
    ],
    "runs traps": [
      "trap 'echo end' EXIT; (trap 'echo sub' 0); trap 'echo usr' USR1; kill -USR1 $$; :",
      "sub\nusr\nend\n",
    ],
    "waits for what runs beside it": ["(sleep 0.05; exit 7) & wait $!; echo $?", "7\n"],
    "knows the number of a line, which configure scripts ask for": [
      "echo 'echo $LINENO\n\necho $LINENO' >f; sh f",
      "1\n3\n",
    ],
    "parses options, and finds commands": [
      "getopts a:b o -a x; echo $o $OPTARG; command -v sed; command -v nothing; type cd",
      "a x\n/bin/sed\ncd is a shell builtin\n",
    ],
    "keeps to POSIX: a variable RANDOM is nothing special": ["echo $RANDOM.", ".\n"],
  });
});

describe("the tools", () => {
  scripts({
    "awk: counts, splits, formats and pipes": [
      `printf 'b 2\\na 1\\nb 3\\n' | awk '{ n[$1] += $2 } END { for (k in n) printf "%s=%05.1f\\n", k, n[k] | "sort" }'`,
      "a=001.0\nb=005.0\n",
    ],
    // Patched: GCC's tables of options are made by such a program.
    "awk: a backslash in what gsub puts stands for itself but before & and \\": [
      String.raw`awk 'function put(s, t) { t = "+"; gsub(/\+/, s, t); return t }
        BEGIN { print put("\\+"), put("\\q"), put("[&]"), put("\\&"), put("\\\\&"), put("\\\\"), put("\\\\q"), put("\\") }'`,
      "\\+ \\q [+] & \\+ \\ \\q \\\n",
    ],
    "awk: a backslash in what gensub puts does not": [
      String.raw`awk 'BEGIN { print gensub(/(\+)/, "\\1\\q\\+", 1, "a+") }'`,
      "a+q+\n",
    ],
    "awk: regular expressions have intervals and classes": [
      "echo aab2 | awk '/^a{2}[[:alpha:]][0-9]$/ { print toupper($0), match($0, /b/), substr($0, 2, 2) }'",
      "AAB2 3 ab\n",
    ],
    "sed: addresses, hold space, branches, several scripts": [
      "seq 5 | sed -n -e '2,/4/{=;H;}' -e '$!b' -e 'x;s/\\n/,/gp'",
      "2\n3\n4\n,2,3,4\n",
    ],
    "sed: both kinds of regular expressions, in place": [
      "echo 'one two' >f; sed -i 's/\\(o[a-z]*\\) \\(.*\\)/\\2 \\1/;y/t/T/' f; sed -E 's/(T|o)+/<&>/g' f",
      "<T>w<o> <o>ne\n",
    ],
    "grep: files, counts, words, context": [
      "printf 'a\\nbc\\nb\\n' >f; grep -c . f; grep -nw b f; grep -A1 -e a f; grep -E 'b(c|d)' f /bin/nothing; echo $?",
      "3\n3:b\na\nbc\nf:bc\ngrep: /bin/nothing: No such file or directory\n2\n",
    ],
    "sort and uniq: by keys, numbers, in the order of bytes": [
      "printf 'b 10\\na 9\\nB 1\\na 9\\n' | sort -k1,1 -k2n | uniq -c",
      "      1 B 1\n      2 a 9\n      1 b 10\n",
    ],
    "find and xargs: by type, name, time; each and all at once": [
      "mkdir -p d/e; touch -d 1970-01-02 d/x.c; touch 'd/e/y z.c'; find d -name '*.c' ! -newer d/x.c -o -type d | sort; " +
        "find d -type f -print0 | sort -z | xargs -0 -n1 echo; find d -name '*.c' -exec echo {} + -prune | wc -l",
      "d\nd/e\nd/x.c\nd/e/y z.c\nd/x.c\n1\n",
    ],
    "diff and patch: there and back": [
      "mkdir o n; echo 1 >o/a; echo 2 >n/a; echo 3 >n/b; diff -ruN o n >p; (cd o; patch -p1 <../p); diff -r o n && echo same",
      "patching file a\ncreating b\nsame\n",
    ],
    "tar: keeps times, modes and links; knows each compression": [
      "mkdir t; echo x >t/f; chmod 751 t/f; touch -d '2001-02-03 04:05:06' t/f; ln -s f t/l; ln t/f t/h; " +
        "tar -czf t.tgz t; rm -r t; tar -xf t.tgz; stat -c '%a %Y %h' t/f; readlink t/l; cmp t/f t/h; gzip -dc t.tgz | tar -t | sort",
      "751 981173106 2\nf\nt/\nt/f\nt/h\nt/l\n",
    ],
    "od, cut, tr, paste, comm, head, tail: take text apart and together": [
      "printf 'a:b\\nc:d\\n' >f; cut -d: -f2 f | tr a-z A-Z | paste -d- - -; od -An -tx1 f; comm -12 f f | tail -n 1; head -c 3 f",
      "B-D\n 61 3a 62 0a 63 3a 64 0a\nc:d\na:b",
    ],
    "expr and test: compute, match, compare": [
      "expr 2 + 3 \\* 4; expr abc : 'a\\(.*\\)'; [ 10 -gt 9 -a ! -e nothing ] && test -x /bin/sh && echo yes",
      "14\nbc\nyes\n",
    ],
    "install, cp, mv, ln, mktemp: place files": [
      "echo x >f; install -D -m 600 f a/b/c; cp -Rp a d; mv d/b d/e; ln -sf e d/link; stat -c %a d/link/c; " +
        "x=$(mktemp -d); rmdir $x && basename $(dirname $x)",
      "600\ntmp\n",
    ],
    "date: of a time that is given": ["date -u -d @86399 '+%Y-%m-%d %H:%M:%S'", "1970-01-01 23:59:59\n"],
    "timeout and kill: end what runs too long": [
      "exec 2>/dev/null; timeout 0.05 sleep 9; echo $?; sleep 9 & kill $!; wait $!; echo $?",
      "143\n143\n",
    ],
    "sha256sum and md5sum": [
      "printf abc | sha256sum; printf abc | md5sum",
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  -\n900150983cd24fb0d6963f7d28e17f72  -\n",
    ],
    "uname: of what runs it": ["uname -so", "Linux Linux\n"],
  });

  it.each([
    { name: "xz", data: "/Td6WFoAAAFpIt42AgAhARYAAAB0L+WjAQACaGkKAAB6em/tAAEXAwdgDLyQQpkNAQAAAAABWVo=" },
    { name: "bzip2", data: "QlpoOTFBWSZTWR1eWdUAAADBAAAQAGAgACGYGYRhdyRThQkB1eWdUA==" },
    { name: "gzip", data: "H4sIAAAAAAACA8vI5AIAenpv7QMAAAA=" },
  ])("decompress what $name compressed, and notice damage", async ({ name, data }) => {
    const compressed = Buffer.from(data, "base64");
    const decompress = `${name === "bzip2" ? "bunzip2" : name} -d <`;
    root.write("work/whole", compressed);
    expect(await sh(`${decompress}whole`)).toBe("hi\n");
    compressed.writeUInt8(compressed.readUInt8(compressed.length - 8) ^ 1, compressed.length - 8);
    root.write("work/damaged", compressed);
    expect((await root.run(["/bin/sh", "-c", `${decompress}damaged`])).status).toBe(1);
  });
});
