/** TinyCC and the musl that it builds. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { argumentOf, type LockedPackage, parseLock } from "@stagex/core";
import { beforeAll, describe, expect, it } from "vitest";
import { sourceArchive } from "../../../scripts/home.ts";
import { muslTcc } from "../packages/musl-tcc.ts";
import { Root } from "./root.ts";

let root: Root;
beforeAll(async () => {
  root = await Root.of("tinycc-musl", "musl-tcc");
});

/** Compiles a program and runs it, both in the root. */
async function output(program: string, ...options: string[]): Promise<string> {
  root.write("work/program.c", program);
  const compiled = await root.run(["/usr/bin/tcc", "-o", "program", "program.c", ...options]);
  if (compiled.status !== 0) return compiled.output;
  return (await root.run(["./program"])).output;
}

const main = (includes: string, body: string): string =>
  `${includes.replace(/\S+/g, "#include <$&.h>\n")}\nint main(void) { ${body} return 0; }`;

describe("a program made by TinyCC with musl", () => {
  it("is static without being told, and runs where nothing else is", async () => {
    expect(await output(main("stdio", 'printf("hello, %s\\n", "world");'))).toBe("hello, world\n");
    expect(root.read("work/program").includes("ld-musl")).toBe(false);
  });

  it("runs threads, each with variables of its own", async () => {
    const program = `#include <pthread.h>
      #include <stdio.h>
      #include <errno.h>
      static pthread_key_t key;
      static void *work(void *p) { errno = 7; pthread_setspecific(key, p); *(int *)p = 42; return p; }
      int main(void) {
        pthread_t threads[8]; int values[8], i; void *result;
        errno = 3;
        pthread_key_create(&key, NULL);
        for (i = 0; i < 8; i++) if (pthread_create(&threads[i], NULL, work, &values[i])) return 1;
        for (i = 0; i < 8; i++) { pthread_join(threads[i], &result); printf("%d ", *(int *)result); }
        printf("%d", errno);
        return 0;
      }`;
    expect(await output(program)).toBe("42 42 42 42 42 42 42 42 3");
  });

  it("jumps and handles signals", async () => {
    const program = main(
      "stdio setjmp signal",
      `jmp_buf plain; sigjmp_buf with_mask; sigset_t mask;
       if (!setjmp(plain)) longjmp(plain, 1); else printf("one ");
       sigemptyset(&mask);
       if (!sigsetjmp(with_mask, 1)) { sigaddset(&mask, SIGUSR1); sigprocmask(SIG_BLOCK, &mask, NULL); siglongjmp(with_mask, 1); }
       sigprocmask(SIG_BLOCK, NULL, &mask);
       printf("%d ", sigismember(&mask, SIGUSR1));
       signal(SIGUSR2, _exit); fflush(stdout); raise(SIGUSR2);`,
    ).replace("int main", "void _exit(int); int main");
    expect(await output(program)).toBe("one 0 ");
  });

  it("computes, formats and reads numbers", async () => {
    const program = main(
      "stdio stdlib math",
      `printf("%.17g %a %.15Lg ", strtod("0.1", NULL), pow(2, 0.5), sqrtl(2));
       printf("%g %g %g %g ", floor(-1.5), rint(2.5), fmod(7, 3), lround(-0.5) + 0.0);
       printf("%lld %llu %llx", -7LL / 2, 18446744073709551615ULL % 10, 1ULL << 63 >> 3);`,
    );
    expect(await output(program)).toBe(
      "0.10000000000000001 0x1.6a09e667f3bcdp+0 1.4142135623731 -2 2 1 -1 -3 5 1000000000000000",
    );
  });

  it("allocates, sorts, matches and knows the time", async () => {
    const program = main(
      "stdio stdlib string regex time wchar",
      `char *p = malloc(100000), words[] = "dcba"; regex_t r; regmatch_t m[2]; time_t zero = 0;
       memset(p, 1, 100000); p = realloc(p, 1000000); printf("%d ", p[99999]); free(p);
       regcomp(&r, "a\\\\(b*\\\\)c", 0); regexec(&r, "xabbbc", 2, m, 0); printf("%d-%d ", (int)m[1].rm_so, (int)m[1].rm_eo);
       qsort(words, 4, 1, (int (*)(const void *, const void *))strcmp); printf("%s ", words);
       printf("%.24s %ls", asctime(gmtime(&zero)), L"wide");`,
    );
    expect(await output(program)).toBe("1 2-5 abcd Thu Jan  1 00:00:00 1970 wide");
  });
});

describe("what the patches of TinyCC are for", () => {
  it("alias: an alias is a symbol that other units find, with the name that asm gave it", async () => {
    root.write(
      "work/other.c",
      `int one(void) { return 1; }
       extern int two(void) __attribute__((weak, alias("one")));
       int three(void) __asm__("renamed"); extern int three(void) __attribute__((alias("one")));`,
    );
    const program =
      '#include <stdio.h>\nint two(void), renamed(void); int main(void) { printf("%d%d", two(), renamed()); return 0; }';
    expect(await output(program, "other.c")).toBe("11");
  });

  it("initialiser: what an initialiser does not name is zero", async () => {
    const program = `#include <stdio.h>
      struct bits { unsigned a : 3, b : 5, c : 24; int rest[4]; };
      static void dirty(void) { volatile char junk[256]; int i; for (i = 0; i < 256; i++) junk[i] = 0xff; }
      static void look(void) { struct bits bits = { .b = 2 }; printf("%u %u %u %d", bits.a, bits.b, bits.c, bits.rest[3]); }
      int main(void) { dirty(); look(); return 0; }`;
    expect(await output(program)).toBe("0 2 0 0");
  });

  it("section-difference: the distance to a label of another section is that from the place where it is stored", async () => {
    const program = `#include <stdio.h>
      asm(".text; find: call 1f; 1: addl $4f-1b, (%esp); pop %eax; mov (%eax), %eax; ret; .data; 4: .long 42; .text");
      int find(void); int main(void) { printf("%d", find()); return 0; }`;
    expect(await output(program)).toBe("42");
  });

  it("weak-index: a weak symbol is found in an archive", async () => {
    root.write("work/weak.c", "int __attribute__((weak)) weak(void) { return 5; }");
    await root.run(["/usr/bin/tcc", "-c", "weak.c"]);
    await root.run(["/usr/bin/tcc", "-ar", "rcs", "libweak.a", "weak.o"]);
    const program = '#include <stdio.h>\nint weak(void); int main(void) { printf("%d", weak()); return 0; }';
    expect(await output(program, "-L.", "-lweak")).toBe("5");
  });
});

it("musl is the same when the TinyCC that it was built for builds it again", async () => {
  const again = await Root.of("tools", "tinycc-musl", "musl-tcc");
  for (const file of ["build.c", "tinycc-jecxz.patch"])
    again.write(`build/musl/${file}`, readFileSync(join(import.meta.dirname, "../musl", file)));
  again.write(`build/musl-${muslTcc.version}.tar.gz`, readFileSync(await sourceArchive(muslTcc)));
  const { steps } = parseLock(readFileSync(join(import.meta.dirname, "../../../stagex.lock"), "utf8"))
    .packages["musl-tcc"] as LockedPackage;
  for (const { argv } of steps) {
    // musl has another name for the function that stage 0's libc calls the kernel by.
    const flags = argv.includes("musl/build.c") ? ["-D_POSIX_C_SOURCE=200809L", "-D__syscall=syscall"] : [];
    expect(await again.run([...argv.map(argumentOf), ...flags], "/build")).toMatchObject({ status: 0 });
  }
  for (const file of ["libc.a", "crt1.o", "crti.o", "crtn.o"])
    expect(again.read(`out/usr/lib/${file}`).equals(again.read(`usr/lib/${file}`)), file).toBe(true);
}, 60_000);
