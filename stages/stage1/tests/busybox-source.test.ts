/** What our Makefile makes of busybox's source, beside what busybox's own build system makes; and busybox's own tests. */
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { sourceArchive } from "../../../scripts/home.ts";
import { busyboxTcc } from "../packages/busybox-tcc.ts";
import { Root } from "./root.ts";

let root: Root;

/** Runs a script that has to succeed. */
async function sh(script: string): Promise<string> {
  const { status, output } = await root.run(["/bin/sh", "-ec", script]);
  if (status !== 0) throw new Error(output);
  return output;
}

/** Lines of a file, without empty ones. */
const lines = (path: string): string[] => root.read(path).toString().split("\n").filter(Boolean);

beforeAll(async () => {
  root = await Root.of("busybox-tcc", "make-tcc", "tinycc-musl", "musl-tcc");
  root.write("work/busybox.tar.bz2", readFileSync(await sourceArchive(busyboxTcc)));
  cpSync(join(import.meta.dirname, "../busybox"), root.path("work/recipe"), { recursive: true });
  await sh(`
    mkdir ours
    tar -xf busybox.tar.bz2 --strip-components 1 -C ours
    cp -r ours theirs
    (cd ours; make -f ../recipe/Makefile VERSION=1.37.0 CC='tcc -w' include/usage_compressed.h)

    cd theirs
    sh scripts/gen_build_files.sh . .

    cd scripts/kconfig
    for i in *_shipped; do mv $i \${i%_shipped}; done
    sed -i 's/(text) (text)/(text) text/' lkc.h # TinyCC does not initialise an array by a text in parentheses
    tcc -w -D_GNU_SOURCE -DKBUILD_NO_NLS -o ../../conf conf.c zconf.tab.c
    cd ../..
    export KCONFIG_NOTIMESTAMP=1
    ./conf -n Config.in # chooses nothing
    sed -n 's/=.*/[= ]/p' ../recipe/config >chosen
    grep -v -f chosen .config | cat - ../recipe/config >all
    mv all .config
    yes '' | ./conf -s Config.in

    tcc -w -Iinclude -o usage applets/usage.c
    ./usage >usages`);
});

/** One of each choice is always chosen in Kconfig. These decide nothing that is built. */
const indifferent = ["HAVE_DOT_CONFIG", "INSTALL_APPLET_SYMLINKS", "NO_DEBUG_LIB", "TRY_LOOP_CONFIGURE"];

/** The settings in a configuration: symbols with `y`, a number or a text. */
const settings = (path: string): Map<string, string> =>
  new Map(
    lines(path).flatMap((line) =>
      [...line.matchAll(/^CONFIG_(\w+)=(.*)$/g)].map(([, name = "", value = ""]) => [name, value]),
    ),
  );

describe("the configuration", () => {
  it("is one that Kconfig takes as it is: each symbol exists, and what it depends on is chosen", () => {
    const ours = settings("work/recipe/config");
    const settled = settings("work/theirs/.config");
    for (const [name, value] of ours) expect([name, settled.get(name)]).toEqual([name, value]);
    const chosen = [...settled.keys()].filter((name) => settled.get(name) === "y" && !ours.has(name));
    expect(chosen).toEqual(indifferent);
  });
});

describe("what is made from comments in the sources", () => {
  it.each(["include/applets.h", "include/usage.h"])("%s", (file) => {
    const content = (path: string) =>
      lines(path)
        .filter((line) => !line.startsWith("/* DO NOT EDIT"))
        .map((line) => line.replace(/ \\$/, ""));
    expect(content(`work/ours/${file}`)).toEqual(content(`work/theirs/${file}`));
  });

  it("the lists of objects", async () => {
    const folders = (await sh("cd theirs; echo */Kbuild */*/Kbuild")).trim().split(" ");
    const lists = folders.filter((file) => file !== "applets/Kbuild");
    expect(lists.length).toBeGreaterThan(20);
    for (const file of lists)
      expect(lines(`work/ours/${file}`)).toEqual(
        lines(`work/theirs/${file}`).filter((line) => !line.startsWith("# DO NOT EDIT")),
      );
  });

  it("autoconf.h: what is chosen, of the same symbols", () => {
    const symbols = (path: string) =>
      new Map(
        [
          ...root
            .read(path)
            .toString()
            .matchAll(/^ *#define ENABLE_(\w+) (\d)$/gm),
        ].map(([, name = "", on]) => [name, on]),
      );
    const ours = symbols("work/ours/include/autoconf.h");
    const theirs = symbols("work/theirs/include/autoconf.h");
    expect(ours.size).toBeGreaterThan(1000);
    expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());

    // In Kconfig a number or a text has a value even if nothing asks for it, and is chosen if it has one.
    const settled = settings("work/theirs/.config");
    const differ = [...ours.keys()].filter((name) => ours.get(name) !== theirs.get(name));
    expect(differ.filter((name) => settled.get(name) === "y").sort()).toEqual(indifferent);
    expect(differ.filter((name) => !settled.has(name) || settings("work/recipe/config").has(name))).toEqual(
      [],
    );
  });

  it("the help texts", () => {
    const digits =
      lines("work/ours/include/usage_compressed.h")
        .join("")
        .match(/\\\d{3}/g) ?? [];
    const bytes = Buffer.from(digits.map((octal) => Number.parseInt(octal.slice(1), 8)));
    expect(bytes.equals(root.read("work/theirs/usages"))).toBe(true);
  });
});

/** Tests of busybox that cannot pass here, and why. */
const knownFailures: Readonly<Record<string, string>> = {
  "awk gsub erroneous word start match": "needs REG_STARTEND, which musl's regexec has not",
  "bunzip2-reads-from-standard-input": "calls bzip2, which is left out",
  "bunzip2-removes-compressed-file": "the same",
  "bzcat-does-not-remove-compressed-file": "the same",
  "diff of dir and fifo": "calls mkfifo, which is left out",
  "diff of file and fifo": "the same",
  "diff -rN does not read non-regular files": "the same",
  "tar Symlink attack: create symlink and then write through it": "calls uudecode, which is left out",
};

describe("busybox's own tests", () => {
  it("fail where they are known to, and nowhere else", { timeout: 120_000 }, async () => {
    const script = `cp -r theirs/testsuite . && mkdir bin && cp /bin/busybox theirs/.config bin && cd testsuite
      bindir=/work/bin SKIP_KNOWN_BUGS=1 sh ./runtest $(busybox --list | grep -v sum) # those take half of the time`;
    const { output } = await root.run(["/bin/sh", "-c", script]);
    const failed = [...output.matchAll(/^FAIL: (.*)$/gm)].map(([, name]) => name);
    expect(failed).toEqual(Object.keys(knownFailures));
    expect(output.match(/^PASS: /gm)?.length).toBeGreaterThan(600);
  });
});
