import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { compilerIn } from "./programs.ts";
import { Workshop } from "./rungs.ts";

const workshop = new Workshop();
let compile: ReturnType<typeof compilerIn>;

beforeAll(() => {
  compile = compilerIn(workshop);
});

const headers = [
  ...[
    "assert",
    "ctype",
    "errno",
    "fcntl",
    "inttypes",
    "limits",
    "math",
    "setjmp",
    "signal",
    "stdarg",
    "stdint",
  ],
  ...["stdio", "stdlib", "string", "time", "unistd", "sys/stat", "sys/wait"],
];
const prelude = headers.map((name) => `#include <${name}.h>\n`).join("");

/** Compiles and runs a program with this main; gives what it prints. */
function run(body: string, { before = "", args = [] as string[], status = 0 } = {}): string {
  workshop.write(
    "program.c",
    `${prelude}${before}\nint main(int argc, char **argv)\n{\n${body}\nreturn 0;\n}\n`,
  );
  compile("program", "program.c");
  const outcome = workshop.run("./program", ...args);
  expect(outcome.status, outcome.stderr).toBe(status);
  return outcome.stdout;
}

/** What printf gives for arguments written in C. */
const printed = (...calls: string[]): string[] =>
  run(calls.map((call) => `printf(${call}); putchar('\\n');`).join("\n"))
    .split("\n")
    .slice(0, -1);

describe("printf", () => {
  it("converts integers with flags, width, precision and length", () => {
    expect(
      printed(
        '"%d %i %u %x %X %o %c%%", -5, 7, 3000000000u, 255, 255, 8, 65',
        '"[%5d] [%-5d] [%05d] [%+d] [% d] [%5.3d] [%.0d]", 42, 42, 42, 42, 42, 7, 0',
        '"%#x %#o %#X %#x", 255, 8, 255, 0',
        '"%hhd %hd %ld %lld %zu %llx", 300, 70000, -1L, -1LL << 40, sizeof(int), 1ULL << 63',
        '"%*d|%-*d|%.*d|%*d", 4, 1, 4, 2, 3, 3, -4, 4',
        '"%p", (void *)0x1234',
      ),
    ).toEqual([
      "-5 7 3000000000 ff FF 10 A%",
      "[   42] [42   ] [00042] [+42] [ 42] [  007] []",
      "0xff 010 0XFF 0",
      "44 4464 -1 -1099511627776 4 8000000000000000",
      "   1|2   |003|4   ",
      "0x1234",
    ]);
  });

  it("cuts and pads strings", () => {
    expect(printed('"[%s] [%5s] [%-5s] [%.2s] [%s]", "abc", "abc", "abc", "abc", (char *)0')).toEqual([
      "[abc] [  abc] [abc  ] [ab] [(null)]",
    ]);
  });

  it("rounds floating-point numbers to nearest, ties to even, and chooses the form of %g", () => {
    expect(
      printed(
        '"%.0f %.0f %.0f %.1f %.2f", 0.5, 1.5, 2.5, 0.25, 1.005',
        '"%f %e %g %G", 3.14159, 31415.9, 1e-5, 1e10',
        '"%g %g %g %g %g %#g", 100000.0, 1e6, 1e-4, 1e-5, 0.0, 1.0',
        '"%010.3f|%-9.2f|%+.1e|% .3g", 3.14159, 2.5, -1e100, 1234567.0',
        '"%f %F %e %g", HUGE_VAL, HUGE_VAL, -HUGE_VAL, NAN',
        '"%.3a %a %a %A", 1.0, 0.1, 0.0, -255.5',
        '"%Lg %.20Lf", 1e4000L, 0.1L',
      ).map((line) => line.replace("-nan", "nan")), // the sign of a NaN means nothing
    ).toEqual([
      "0 2 2 0.2 1.00",
      "3.141590 3.141590e+04 1e-05 1E+10",
      "100000 1e+06 0.0001 1e-05 0 1.00000",
      "000003.142|2.50     |-1.0e+100| 1.23e+06",
      "inf INF -inf nan",
      "0x1.000p+0 0x1.999999999999ap-4 0x0p+0 -0X1.FFP+7",
      "1e+4000 0.10000000000000000000",
    ]);
  });

  it("tells how long the text would be, and never writes past the end", () => {
    expect(
      run(`char t[4] = "zzz"; printf("%d ", snprintf(t, 3, "%d", 12345)); printf("%s %d", t, t[3]);`),
    ).toBe("5 12 0");
  });
});

describe("numbers as text", () => {
  /** For each line of input: the bits of the double and the float nearest to it, and the double to 51 digits. */
  const converter = `char line[1024];
    while (fgets(line, sizeof line, stdin)) {
      union { double number; unsigned long long bits; } d;
      union { float number; unsigned bits; } f;
      d.number = strtod(line, NULL);
      f.number = strtof(line, NULL);
      printf("%016llx %08x %.50e\\n", d.bits, f.bits, d.number);
    }`;

  const bits = (number: number): string => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, number);
    return view.getBigUint64(0).toString(16).padStart(16, "0");
  };

  function convert(texts: string[]): string[][] {
    workshop.write("program.c", `${prelude}int main(void) { ${converter} return 0; }`);
    compile("converter", "program.c");
    workshop.write("numbers", texts.join("\n"));
    const { stdout } = workshop.run("/bin/sh", "-c", "./converter < numbers");
    return stdout
      .trim()
      .split("\n")
      .map((line) => line.split(" "));
  }

  it("become the nearest double, and come back exactly", () => {
    const anyDouble = fc.double({ noNaN: true, noDefaultInfinity: true });
    const short = fc
      .tuple(fc.maxSafeInteger(), fc.integer({ min: -330, max: 300 }))
      .map(([m, e]) => `${m}e${e}`);
    const texts = fc.sample(fc.oneof(anyDouble.map(String), short), { numRuns: 2000, seed: 1 });
    const results = convert(texts);
    for (const [index, text] of texts.entries()) {
      const number = Number(text);
      expect(results[index]?.[0], text).toBe(bits(number));
      if (!Number.isFinite(number)) continue;
      const exact = number.toExponential(50).replace(/e([+-])(\d)$/, "e$10$2");
      expect(results[index]?.[2], text).toBe(Object.is(number, -0) ? `-${exact}` : exact);
    }
  });

  it("are rounded to even at exact halves, however far behind the deciding digit stands", () => {
    const zeros = "0".repeat(700);
    expect(
      convert([
        "9007199254740993",
        `9007199254740993.${zeros}1`,
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1.7976931348623159e308",
        "16777217",
        "16777217.0000001",
      ]).map(([double, float]) => `${double} ${float}`),
    ).toEqual([
      "4340000000000000 5a000000",
      "4340000000000001 5a000000",
      "0000000000000000 00000000",
      "0000000000000001 00000000",
      "7ff0000000000000 7f800000",
      "4170000010000000 4b800000",
      "417000001000001b 4b800001",
    ]);
  });

  it("tell where they end and what does not fit", () => {
    expect(
      run(`char *end; long l; double d; unsigned long u;
        l = strtol(" -12ab", &end, 10); printf("%ld %s|", l, end);
        l = strtol("0x1fg", &end, 0); printf("%ld %s|", l, end);
        l = strtol("0777", &end, 0); printf("%ld %s|", l, end);
        u = strtoul("99999999999", &end, 10); printf("%lu %d|", u, errno == ERANGE);
        printf("%lld|", strtoll("-9223372036854775808", NULL, 10));
        printf("%llu|", strtoull("18446744073709551615", NULL, 10));
        d = strtod("1.5e+x", &end); printf("%g %s|", d, end);
        d = strtod("abc", &end); printf("%g %s", d, end);`),
    ).toBe("-12 ab|31 g|511 |4294967295 1|-9223372036854775808|18446744073709551615|1.5 e+x|0 abc");
  });
});

describe("scanf", () => {
  it("reads numbers and words, and counts what it read", () => {
    expect(
      run(`int a, b, n; double d; float f; char w[20], c; long long l;
        n = sscanf("0.9.27", "%d.%d.%d", &a, &b, &n); printf("%d %d %d|", n, a, b);
        n = sscanf("12-5 0x1F", "%d%d %i", &a, &b, &a); printf("%d %d %d|", n, a, b);
        n = sscanf(" x 2.5e3,-.5 word rest", " %c %lf,%f %4s%n", &c, &d, &f, w, &a);
        printf("%d %c %g %g %s %d|", n, c, d, f, w, a);
        n = sscanf("ffffffffff 9", "%llx%*d", &l); printf("%d %llx|", n, l);
        printf("%d %d", sscanf("x", "%d", &a), sscanf("", "%d", &a));`),
    ).toBe("3 0 9|3 31 -5|4 x 2500 -0.5 word 17|1 ffffffffff|0 -1");
  });
});

describe("files", () => {
  it("are written, read, searched and appended to", () => {
    expect(
      run(`FILE *f = fopen("file", "w+"); char line[40]; int i;
        for (i = 0; i < 20000; i++) fprintf(f, "line %d\\n", i);
        fseek(f, 0, SEEK_SET); fgets(line, sizeof line, f); printf("%s", line);
        fseek(f, -6, SEEK_END); printf("%ld ", ftell(f)); printf("%s", fgets(line, sizeof line, f));
        i = fgetc(f); printf("%d %d|", i, feof(f));
        rewind(f); ungetc('X', f); fgets(line, sizeof line, f); printf("%s", line); fclose(f);
        f = fopen("file", "a"); fputs("end\\n", f); fclose(f);
        f = fopen("file", "r"); fseek(f, -4, SEEK_END); printf("%s", fgets(line, 40, f)); fclose(f);
        f = fopen("none", "r"); printf("%d %d", f == NULL, errno == ENOENT);`),
    ).toBe("line 0\n208884 19999\n-1 1|Xline 0\nend\n1 1");
  });

  it("mix reading and writing at the position that the program sees", () => {
    run(`FILE *f = fopen("mixed", "w+"); char t[3] = ""; fputs("abcdef", f); rewind(f); fread(t, 1, 2, f);
      fseek(f, 0, SEEK_CUR); fputs("XY", f); fclose(f);`);
    expect(workshop.read("mixed").toString()).toBe("abXYef");
  });

  it("report a full disk", () => {
    expect(
      run(`FILE *f = fopen("/dev/full", "w"); fputs("x", f); fclose(f); printf("%d", errno == ENOSPC);`),
    ).toBe("1");
  });

  it("have a type, a size and times beyond 2038", () => {
    expect(
      run(`struct stat s; struct timespec t[2] = { { 5000000000LL, 0 }, { 5000000000LL, 0 } };
        FILE *f = fopen("sized", "w"); fputs("12345", f); fclose(f); chmod("sized", 0750);
        utimensat(AT_FDCWD, "sized", t, 0); stat("sized", &s);
        printf("%lld %o %lld %d", s.st_size, s.st_mode & 0777, s.st_mtime, S_ISREG(s.st_mode));
        symlink("sized", "link"); lstat("link", &s); printf(" %d", S_ISLNK(s.st_mode));
        mkdir("folder", 0755); stat("folder", &s); printf(" %d", S_ISDIR(s.st_mode));`),
    ).toBe("5 750 5000000000 1 1 1");
  });
});

describe("memory and strings", () => {
  it("come from malloc, grow with their content, and do not overlap", () => {
    expect(
      run(`unsigned char *p[300], *q; int i, j, bad = 0;
        for (i = 0; i < 300; i++) p[i] = memset(malloc(i * 97), i, i * 97);
        for (i = 0; i < 300; i += 2) { p[i] = realloc(p[i], i * 970); memset(p[i] + i * 97, i, i * 873); }
        for (i = 1; i < 300; i += 4) { free(p[i]); p[i] = calloc(i, 97); for (j = 0; j < i * 97; j++) bad += p[i][j]; }
        for (i = 0; i < 300; i++) for (j = 0; i % 4 != 1 && j < i * (i % 2 ? 97 : 970); j++) bad += p[i][j] != (i & 255);
        q = malloc(50000000); q[49999999] = 1; printf("%d %d %d", bad, malloc(-1) == NULL, calloc(65536, 65537) == NULL);`),
    ).toBe("0 1 1");
  });

  it("are searched, compared, copied and cut", () => {
    expect(
      run(`char t[40] = "", *word; int i;
        strcpy(t, "one"); strcat(t, ",two"); strncat(t, ",three", 4); printf("%s %d|", t, (int)strlen(t));
        for (word = strtok(t, ","); word; word = strtok(NULL, ",")) printf("%s.", word);
        printf("|%s %s %s|", strchr("abcb", 'b'), strrchr("abcb", 'b'), strstr("aabaab", "aab") );
        printf("%d %d %d %d|", strcmp("a", "b") < 0, strcmp("b", "a") > 0, strncmp("abx", "aby", 2), memcmp("\\200", "\\1", 1) > 0);
        printf("%d %d %s|", (int)strspn("aabc", "ab"), (int)strcspn("abc", "c"), strpbrk("hello", "lo"));
        memmove(memcpy(t, "abcdefgh", 9) + 2, t, 6); printf("%s ", t); memmove(t, t + 2, 6); printf("%s|", t);
        memset(t, 'x', 39); strncpy(t, "ab", 5); printf("%s%d%c|", t, t[4], t[5]);
        printf("%s %s %d", strerror(ENOENT), strdup("copy"), strcasecmp("HeLLo", "hEllO"));
        for (i = 0; i < 256; i++) if (ispunct(i) && (isalnum(i) || isspace(i) || iscntrl(i))) printf("?");`),
    ).toBe(
      "one,two,thr 11|one.two.thr.|bcb b aabaab|1 1 0 1|3 2 llo|ababcdef abcdefef|ab0x|No such file or directory copy 0",
    );
  });

  it("are sorted stably and searched by halves", () => {
    const before =
      "static int byTens(const void *a, const void *b) { return *(int *)a / 10 - *(int *)b / 10; }";
    expect(
      run(
        `int i, key = 55, list[100]; for (i = 0; i < 100; i++) list[i] = i * 37 % 100;
         qsort(list, 100, sizeof *list, byTens);
         for (i = 0; i < 100; i++) if (i / 10 != list[i] / 10) printf("?");
         for (i = 0; i < 10; i++) printf("%d ", list[50 + i]);
         printf("%d", (int)((int *)bsearch(&key, list, 100, sizeof *list, byTens) - list) / 10);`,
        { before },
      ),
    ).toBe("50 57 51 58 52 59 53 54 55 56 5".replace("50 57 51 58 52 59 53 54 55 56", order()));
  });

  /** The fifties among 0, 37, 74, 11, …: in the order in which they come. */
  function order(): string {
    const list = Array.from({ length: 100 }, (_, index) => (index * 37) % 100);
    return list.filter((number) => number >= 50 && number < 60).join(" ");
  }
});

describe("time", () => {
  it("is UTC, on every date", () => {
    const times = [0, 951782400, 1709210096, 4107542399, -1, -62135596800, 253402300799];
    const body = times
      .map(
        (time) =>
          `t = ${time}LL; d = gmtime(&t); strftime(s, 60, "%FT%T %a %j", d); printf("%s %d\\n", s, mktime(d) == t);`,
      )
      .join("\n");
    const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const expected = times.map((time) => {
      const date = new Date(time * 1000);
      const year = date.getUTCFullYear();
      const first = new Date(0);
      first.setUTCFullYear(year, 0, 1);
      const day = Math.floor((date.getTime() - first.getTime()) / 86_400_000) + 1;
      const iso = `${year}${date.toISOString().slice(-20, -5)}`;
      return `${iso} ${days[date.getUTCDay()]} ${String(day).padStart(3, "0")} 1\n`;
    });
    expect(run(`time_t t; struct tm *d; char s[60];\n${body}`)).toBe(expected.join(""));
  });

  it("is now", () => {
    const now = Number(run('printf("%lld", (long long)time(NULL));'));
    expect(Math.abs(now - Date.now() / 1000)).toBeLessThan(5);
  });
});

describe("a process", () => {
  it("has arguments and an environment, and ends with its status", () => {
    process.env.LIBC_TEST = "value";
    expect(
      run(
        'printf("%d %s %s %d", argc, argv[1], getenv("LIBC_TEST"), getenv("LIBC_TES") == NULL); return 7;',
        {
          args: ["x y"],
          status: 7,
        },
      ),
    ).toBe("2 x y value 1");
  });

  it("runs what atexit was told and flushes its files", () => {
    const before = 'static void bye(void) { fputs("bye", stdout); }';
    expect(run('atexit(bye); printf("hello "); exit(0);', { before })).toBe("hello bye");
  });

  it("starts others and waits for them", () => {
    expect(
      run(`int status; char *words[] = { "sh", "-c", "exit 3", NULL };
        if (fork() == 0) { execvp("sh", words); _exit(9); }
        wait(&status); printf("%d %d", WIFEXITED(status), WEXITSTATUS(status));`),
    ).toBe("1 3");
  });

  it("jumps back to setjmp, and catches signals", () => {
    const before = "static jmp_buf there; static void caught(int number) { longjmp(there, number); }";
    expect(
      run(
        'int got = setjmp(there); if (!got) { signal(SIGUSR1, caught); raise(SIGUSR1); } printf("%d", got);',
        {
          before,
        },
      ),
    ).toBe("10");
  });

  it("says which assertion failed", () => {
    workshop.write("program.c", `${prelude}int main(void) { assert(1 + 1 == 3); return 0; }`);
    compile("program", "program.c");
    expect(workshop.run("./program")).toMatchObject({
      status: null,
      stderr: "program.c:1: assertion failed: 1 + 1 == 3\n".replace(":1:", `:${headers.length + 1}:`),
    });
  });
});

describe("mathematics", () => {
  it("agrees with the host's", () => {
    const calls: [string, number][] = [
      ["sqrt(2)", Math.sqrt(2)],
      ["sin(1)", Math.sin(1)],
      ["cos(2)", Math.cos(2)],
      ["tan(0.5)", Math.tan(0.5)],
      ["atan2(-1, -2)", Math.atan2(-1, -2)],
      ["asin(0.3)", Math.asin(0.3)],
      ["acos(0.3)", Math.acos(0.3)],
      ["exp(10.5)", Math.exp(10.5)],
      ["log(10)", Math.log(10)],
      ["log2(8)", 3],
      ["log10(1e-5)", -5],
      ["pow(2, 0.5)", 2 ** 0.5],
      ["pow(-3, 3)", -27],
      ["pow(10, -2)", 0.01],
      ["floor(-2.5)", -3],
      ["ceil(-2.5)", -2],
      ["fabs(-1.5)", 1.5],
      ["fmod(10, 3.25)", 10 % 3.25],
      ["ldexp(0.75, -1073)", 0.75 * 2 ** -1073],
    ];
    const printedNumbers = printed(...calls.map(([call]) => `"%.17g", ${call}`)).map(Number);
    for (const [index, [call, expected]] of calls.entries())
      expect(Math.abs((printedNumbers[index] as number) - expected), call).toBeLessThanOrEqual(
        Math.abs(expected) * 2 ** -52,
      );
  });
});
