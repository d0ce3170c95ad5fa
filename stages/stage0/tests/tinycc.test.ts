import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compare, hostCompilers, runIn } from "../../../scripts/ddc-tinycc.ts";
import { builtTree, sourceArchive } from "../../../scripts/home.ts";
import { tinyccSource } from "../packages/tinycc-source.ts";

const root = mkdtempSync(join(tmpdir(), "tinycc-"));
let tree: string;

beforeAll(async () => {
  tree = await builtTree("tinycc");
  cpSync(tree, root, { recursive: true });
  mkdirSync(join(root, "work"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs a program in a root that holds nothing but TinyCC's tree and the folder /work. */
const run = async (...argv: string[]): Promise<string> => (await runIn(root, { argv, cwd: "/work" })).stdout;
const tcc = (...args: string[]): Promise<string> => run("/usr/bin/tcc", ...args);
const write = (name: string, content: string): void => writeFileSync(join(root, "work", name), content);

const hello = '#include <stdio.h>\nint main(void) { printf("hello, %s\\n", "world"); return 0; }\n';

describe("the TinyCC that stage 0 ends with", () => {
  it("compiles and links a program that runs where nothing else is", async () => {
    write("hello.c", hello);
    await tcc("-static", "hello.c", "-o", "hello");
    expect(await run("./hello")).toBe("hello, world\n");
  });

  it("runs a program without writing it", async () => {
    write("hello.c", hello);
    expect(await tcc("-run", "hello.c")).toBe("hello, world\n");
  });

  it("makes the same bytes each time", async () => {
    write("hello.c", hello);
    const made = ["one", "two"].map(async (name) => {
      await tcc("-static", "hello.c", "-o", name);
      return readFileSync(join(root, "work", name));
    });
    const [one, two] = await Promise.all(made);
    expect(one?.equals(two as Buffer)).toBe(true);
  });

  it("assembles, makes libraries and links them", async () => {
    write("answer.S", ".globl answer\nanswer:\n mov $42, %eax\n ret\n");
    write(
      "main.c",
      'int answer(void);\nint printf(const char *, ...);\nint main(void) { return printf("%d", answer()) < 0; }',
    );
    await tcc("-c", "answer.S");
    await tcc("-ar", "rcs", "libanswer.a", "answer.o");
    await tcc("-static", "main.c", "-L.", "-lanswer", "-lm", "-o", "main");
    expect(await run("./main")).toBe("42");
  });

  it("runs constructors, destructors and what is 64 bits wide", async () => {
    write(
      "wide.c",
      `#include <stdio.h>
       #include <math.h>
       #include <stdlib.h>
       static void __attribute__((constructor)) before(void) { printf("before "); }
       static void __attribute__((destructor)) after(void) { printf("after"); }
       int main(int argc, char **argv)
       {
           unsigned long long n = 10000000000000000000ULL + argc, *p = alloca(sizeof n);
           *p = n / 7 % 1000003;
           printf("%llu %lld %.3f ", *p, -(long long)(n >> 3) / 3, pow(2, 0.5) * argc);
           return 0;
       }`,
    );
    await tcc("-static", "wide.c", "-o", "wide");
    const n = 10n ** 19n + 1n;
    expect(await run("./wide")).toBe(`before ${(n / 7n) % 1000003n} ${-(n >> 3n) / 3n} 1.414 after`);
  });

  it("finds every header that it comes with", async () => {
    const headers = ["usr/include", "usr/include/sys"].flatMap((folder) =>
      readdirSync(join(tree, folder))
        .filter((name) => name.endsWith(".h"))
        .map((name) => join(folder.replace("usr/include", "."), name)),
    );
    expect(headers.length).toBeGreaterThan(20);
    write("all.c", `${headers.map((name) => `#include <${name}>\n`).join("")}int main(void) { return 0; }`);
    await tcc("-Wall", "-Werror", "-static", "all.c", "-o", "all");
  });

  it("names no folder of its build", () => {
    for (const file of ["usr/bin/tcc", "usr/lib/libc.a", "usr/lib/tcc/libtcc1.a"])
      for (const folder of ["/build/", "/out/", "/src/"])
        expect(readFileSync(join(tree, file)).includes(folder), `${file}: ${folder}`).toBe(false);
  });
});

describe("diverse double compilation", async () => {
  const compilers = await hostCompilers();
  const isThere = (name: string) => compilers.some((compiler) => compiler.join(" ") === name);

  for (const name of ["gcc", "clang"])
    it.skipIf(!isThere(name))(`by the host's ${name} gives the same tree`, async () => {
      const { files, different } = await compare([name], tree, await sourceArchive(tinyccSource));
      expect(different).toEqual([]);
      expect(files.size).toBeGreaterThan(30);
    });
});
