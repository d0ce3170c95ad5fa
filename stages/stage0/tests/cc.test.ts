import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Outcome, source, Workshop } from "./rungs.ts";

const workshop = new Workshop();

const parts = [
  ...["base", "lex", "preprocess", "number", "type", "tree", "generate", "expression", "initialise"],
  ...["declaration", "statement", "elf", "main"],
].map((name) => source(`cc/${name}.c`));

const program = (name: string): string => source(`cc/tests/${name}.c`);

workshop.make(workshop.c0(), "cc", ...parts);
const cc = workshop.path("cc");

/** Turns units into static i386 executables without a library, as cc does. */
const gcc = [
  ...["-m32", "-nostdlib", "-static", "-no-pie", "-fno-pie", "-fno-builtin", "-fno-stack-protector"],
  ...["-fno-omit-frame-pointer", "-w"],
];
workshop.write("probe.c", "void _start(void) { for (;;); }");
const hasGcc =
  spawnSync("gcc", [...gcc, "-o", "probe", "probe.c", "-lgcc"], { cwd: workshop.directory }).status === 0;

/** The test programs, each with its units beside `show.c`. */
const programs: [name: string, units: string[]][] = [
  ["integer", []],
  ["longlong", []],
  ["floating", []],
  ["constants", []],
  ["preprocess", []],
  ["layout", []],
  ["initialise", []],
  ["control", []],
  ["pointer", []],
  ["function", ["other"]],
  ["scope", []],
];

const options = ["-I", source("cc/tests/include"), "-D", "FROM_COMMAND_LINE", "-D", "VALUE_OF=30"];

/** Compiler arguments for a test program. */
const inputs = (name: string, units: string[]): string[] => [
  ...options,
  ...[name, ...units, "show"].map(program),
];

/** What a program prints, each line being the name of a case and its result. */
function cases(run: Outcome): string[] {
  expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: "" });
  return run.stdout.replaceAll(source("cc/tests/"), "").split("\n");
}

describe("programs", () => {
  it.each(programs)("%s: prints what C says", (name, units) => {
    workshop.make(cc, "-o", name, ...inputs(name, units));
    const expected = readFileSync(source(`cc/tests/${name}.expected`), "latin1").split("\n");
    expect(cases(workshop.run(`./${name}`, "argument"))).toEqual(expected);
  });

  it.skipIf(!hasGcc).each(programs)("%s: prints the same when gcc compiled it", (name, units) => {
    workshop.make("gcc", ...gcc, "-std=gnu99", "-o", `${name}-gcc`, ...inputs(name, units), "-lgcc");
    const expected = readFileSync(source(`cc/tests/${name}.expected`), "latin1").split("\n");
    expect(cases(workshop.run(`./${name}-gcc`, "argument"))).toEqual(expected);
  });
});

describe("cc itself", () => {
  workshop.write(
    "whole.c",
    [
      "int syscall(int number, int a, int b, int c);",
      ...parts.map((part) => readFileSync(part, "utf8")),
    ].join("\n"),
  );
  const itself = ["whole.c", program("system")];

  /** Every program's executable as `compiler` makes it, and the compiler's own. */
  function outputs(compiler: string): Buffer[] {
    const units: string[][] = [itself, ...programs.map(([name, others]) => inputs(name, others))];
    return units.map((unit) => {
      workshop.make(compiler, "-o", "output", ...unit);
      return workshop.read("output");
    });
  }

  it("gives the same bytes when cc compiled it", () => {
    workshop.make(cc, "-o", "cc-cc", ...itself);
    expect(outputs("./cc-cc")).toEqual(outputs(cc));
  });

  it.skipIf(!hasGcc)("gives the same bytes when gcc compiled it", () => {
    workshop.make("gcc", ...gcc, "-std=gnu89", "-funsigned-char", "-o", "cc-gcc", ...itself, "-lgcc");
    expect(outputs("./cc-gcc")).toEqual(outputs(cc));
  });
});

describe("executables", () => {
  const start = "void _start(void) { for (;;); }\n";

  /** The program headers of the executable for a text: type, address, size in file, in memory, flags. */
  function segments(
    text: string,
  ): { type: number; address: number; stored: number; size: number; flags: number }[] {
    workshop.write("segments.c", text);
    workshop.make(cc, "-o", "segments", "segments.c");
    const file = workshop.read("segments");
    return [52, 84].map((at) => ({
      type: file.readUInt32LE(at),
      address: file.readUInt32LE(at + 8),
      stored: file.readUInt32LE(at + 16),
      size: file.readUInt32LE(at + 20),
      flags: file.readUInt32LE(at + 24),
    }));
  }

  it("do not let code be written nor data be executed", () => {
    expect(segments(`${start} int x = 1;`)).toMatchObject([{ flags: 5 }, { flags: 6 }]);
  });

  it("do not store what is zero", () => {
    const [, data] = segments(`${start} char zero[1000000];`);
    expect(data?.stored).toBeLessThan(100);
    expect(data?.size).toBeGreaterThanOrEqual(1000000);
  });

  it("may be written over one that runs", () => {
    workshop.write("endless.c", start);
    workshop.make(cc, "-o", "endless", "endless.c");
    const running = spawn(workshop.path("endless"), { stdio: "ignore" });
    try {
      workshop.make(cc, "-o", "endless", "endless.c");
    } finally {
      running.kill("SIGKILL");
    }
  });
});

describe("errors", () => {
  /** Messages of a whole unit. */
  const units: [what: string, text: string, message: string][] = [
    ["an undeclared name", "int f(void) {\n return x; }", "2: error: not declared 'x'"],
    ["an undeclared function", "int f(void) { return g(); }", "1: error: not declared 'g'"],
    ["what is no declaration", "x;", "1: error: a type is missing before 'x'"],
    ["a missing semicolon", "int x\nint y;", "2: error: ';' is missing before 'int'"],
    ["a missing operand", "int x = 1 + ;", "1: error: an expression is needed before ';'"],
    ["a missing parenthesis", "int x = (1;", "1: error: ')' is missing before ';'"],
    ["a missing brace", "int f(void) {", "2: error: '}' is missing before 'end of file'"],
    ["a redeclaration in a block", "void f(void) { int x;\n char x; }", "2: error: declared twice 'x'"],
    ["another type for a name", "int x;\nchar *x;", "2: error: declared before with another type 'x'"],
    [
      "another type for a function",
      "int f(int);\nint f(char *);",
      "2: error: declared before with another type 'f'",
    ],
    ["two bodies", "int f(void) {}\nint f(void) {}", "2: error: defined twice 'f'"],
    ["two values", "int x = 1;\nint x = 2;", "2: error: defined twice 'x'"],
    ["two members of one name", "struct s { int a;\n int a; };", "2: error: declared twice 'a'"],
    ["two structs of one name", "struct s { int a; };\nstruct s { int b; };", "2: error: defined twice 's'"],
    [
      "a tag of another kind",
      "struct s { int a; };\nunion s *p;",
      "2: error: this tag is of another kind 's'",
    ],
    ["specifiers that do not fit", "short double x;", "1: error: these type specifiers do not go together"],
    ["signed unsigned", "signed unsigned x;", "1: error: signed and unsigned"],
    ["two storage classes", "static extern int x;", "1: error: two storage classes"],
    ["an object of an incomplete struct", "struct s x;", "1: error: the object's type is not complete"],
    ["a void object", "void x;", "1: error: an object cannot be void 'x'"],
    ["a void parameter", "int f(void x);", "1: error: a parameter is void"],
    ["an array of functions", "int f[2](void);", "1: error: the elements' type is not complete"],
    ["an array without a size", "void f(void) { int a[]; }", "1: error: the object's type is not complete"],
    ["a negative size", "int a[-1];", "1: error: the array's size is negative"],
    ["a size that is no constant", "int n;\nint a[n];", "2: error: this must be an integer constant"],
    ["too large an array", "int a[0x30000000];", "1: error: the array is too large"],
    ["a function that returns an array", "int f(void)[3];", "1: error: a function cannot return this"],
    ["a constant beyond int", "enum { A = 0x80000000 };", "1: error: this must fit an int"],
    ["a wide bit-field", "struct s { int a : 33; };", "1: error: bad width of a bit-field"],
    [
      "a long long bit-field",
      "struct s { long long a : 3; };",
      "1: error: a bit-field must be an integer of up to 32 bits",
    ],
    ["a named bit-field of no width", "struct s { int a : 0; };", "1: error: bad width of a bit-field"],
    [
      "a static that is not constant",
      "int f(void);\nint x = f();",
      "2: error: the initialiser is not constant",
    ],
    ["too many values", "int a[2] = { 1, 2, 3 };", "1: error: more values than elements"],
    ["too many members", "struct { int a; } s = { 1, 2 };", "1: error: more values than members"],
    ["too long a string", 'char a[2] = "abc";', "1: error: the string is longer than the array"],
    [
      "an unknown designator",
      "struct { int a; } s = { .b = 1 };",
      "1: error: no such member, or not in order 'b'",
    ],
    ["an index that goes back", "int a[] = { [2] = 1, [0] = 2 };", "1: error: index is not in order"],
    [
      "an attribute that changes something",
      "int x __attribute__((aligned(16)));",
      "1: error: attribute is not supported 'aligned'",
    ],
    ["a division by zero in a constant", "int a[1 / 0];", "1: error: this must be an integer constant"],
    ["a number with letters", "int x = 12ab;", "1: error: bad number '12ab'"],
    ["an octal number with an 8", "int x = 08;", "1: error: bad number '08'"],
    ["a number with two points", "double x = 1.2.3;", "1: error: bad number '1.2.3'"],
    ["a number without exponent", "double x = 1e;", "1: error: bad exponent"],
    [
      "too large a number",
      "long long x = 18446744073709551616;",
      "1: error: number is too large '18446744073709551616'",
    ],
    ["an empty character", "int x = '';", "1: error: character constant is empty"],
    ["two characters in one", "int x = 'ab';", "1: error: character constant has several characters"],
    ["an unknown escape", "int x = '\\q';", "1: error: unknown escape sequence"],
    ["a string that the line ends", 'char *x = "abc\n;', "1: error: no closing quote"],
    ["a comment that does not end", "int x;\n/* ", "2: error: comment does not end"],
    ["asm that is no bytes", 'asm("nop");', "1: error: asm knows .globl, .byte and labels only 'nop'"],
    ["a byte beyond 255", 'asm(".byte 256");', "1: error: bad byte in asm"],
    ["#error", "\n#error no 'good' here", "2: error: #error 'no 'good' here'"],
    ["an unknown directive", "#pragma once", "1: error: directive is not supported 'pragma'"],
    ["#include of nothing", '#include "nothing.h"', "1: error: no such file to include 'nothing.h'"],
    [
      "a file that includes itself",
      `#include "bad.c"`,
      "1: error: too many files include each other 'bad.c'",
    ],
    ["#if without #endif", "int x;\n#if 1\nint y;", "2: error: #if has no #endif"],
    ["#if 0 without #endif", "int x;\n#if 0\nint y;", "2: error: #if has no #endif"],
    ["#endif without #if", "#endif", "1: error: no #if before 'endif'"],
    ["#else after #else", "#if 1\n#else\n#else\n#endif", "3: error: after #else 'else'"],
    ["a bad condition", "#if 1 +\n#endif", "1: error: an expression is needed before 'end of file'"],
    ["a condition that goes on", "#if 1 2\n#endif", "1: error: the condition does not end before '2'"],
    [
      "too few macro arguments",
      "#define F(a, b) a\nint x = F(1);",
      "2: error: too few arguments for macro 'F'",
    ],
    [
      "too many macro arguments",
      "#define F(a) a\nint x = F(1, 2);",
      "2: error: too many arguments for macro 'F'",
    ],
    [
      "a macro call that does not end",
      "#define F(a) a\nint x = F(1;",
      "2: error: macro call does not end 'F'",
    ],
    ["a bad paste", "#define F(a, b) a##b\nint x = F(+, 1);", "2: error: '##' does not make one token '+'"],
    ["a paste at an end", "#define F(a) a##", "1: error: '##' at an end of a macro"],
    ["# without a parameter", "#define F(a) #b\nint x = F(1);", "2: error: '#' needs a parameter after it"],
  ];

  /** Messages of statements in a function, after some declarations. */
  const statements: [what: string, text: string, message: string][] = [
    ["break outside a loop", "break;", "outside of what it is for: 'break'"],
    [
      "continue in a switch only",
      "switch (i) { case 1: continue; }",
      "outside of what it is for: 'continue'",
    ],
    ["case outside a switch", "case 1: ;", "case outside a switch"],
    ["default outside a switch", "default: ;", "default outside a switch"],
    ["a case that is there twice", "switch (i) { case 1: case 1: ; }", "the case is there twice"],
    ["a default that is there twice", "switch (i) { default: default: ; }", "default is there twice"],
    ["a case that is no constant", "switch (i) { case i: ; }", "this must be an integer constant"],
    ["a range of cases", "switch (i) { case 1 ... 2: ; }", "ranges of cases are not supported"],
    ["a switch on a double", "switch (d) { }", "a switch needs an integer of up to 32 bits"],
    ["a switch on a long long", "switch (1LL) { }", "a switch needs an integer of up to 32 bits"],
    ["goto nowhere", "goto nowhere;", "no such label 'nowhere'"],
    ["a label that is there twice", "a: ; a: ;", "the label is there twice 'a'"],
    ["a struct as a condition", "if (s) ;", "this is neither true nor false"],
    ["an assignment to a value", "i + 1 = 2;", "this cannot be assigned to"],
    ["an assignment to a cast", "(char)i = 2;", "this cannot be assigned to"],
    ["an assignment to an array", "a = 0;", "this cannot be assigned to"],
    ["an assignment to a function", "f = 0;", "this cannot be assigned to"],
    ["the address of a value", "&1;", "this has no address"],
    ["the address of a bit-field", "&s.bit;", "a bit-field has no address"],
    ["the size of a bit-field", "sizeof s.bit;", "a bit-field has no size"],
    ["the size of an incomplete struct", "sizeof *hidden;", "the size of this type is not known"],
    ["a copy of an incomplete struct", "*hidden;\n*hidden = *hidden;", "this struct is not defined"],
    ["a step of an incomplete struct", "hidden + 1;", "the size of what this points to is not known"],
    ["a dereference of an int", "*i;", "only a pointer points to something"],
    ["a call of an int", "i(1);", "only a function can be called"],
    ["a member of an int", "i.a;", "only a struct has members"],
    ["an unknown member", "s.b;", "no such member 'b'"],
    ["too few arguments", "f();", "too few arguments"],
    ["too many arguments", "f(1, 2);", "too many arguments"],
    ["a void argument", "f(nothing());", "an argument has no value"],
    ["a struct for an int", "i = s;", "a struct of another type is needed, or none"],
    ["an int for a struct", "s = i;", "a struct of another type is needed, or none"],
    ["another struct", "s = t;", "a struct of another type is needed, or none"],
    ["a void value", "i = nothing();", "this type cannot be converted so"],
    ["a double for a pointer", "p = d;", "a floating value is no pointer"],
    ["a sum of structs", "s + s;", "the operands must be numbers"],
    ["a sum of pointers", "p + p;", "only an integer can be added to a pointer"],
    ["the remainder of doubles", "d % 2;", "the operands must be integers"],
    ["a shift of a double", "d << 2;", "the operands must be integers"],
    ["the complement of a double", "~d;", "the operand must be an integer"],
    ["a minus of a pointer", "-p;", "the operand must be a number"],
    ["results that do not go together", "i ? s : 1;", "the two results do not go together"],
    ["a type as a value", "i = word;", "a type is no value 'word'"],
    ["a value from void", "return 1;", "a void function returns a value"],
    ["a compound literal", "i = (int){ 1 };", "an expression is needed before '{'"],
    ["asm in a function", 'asm("");', "an expression is needed before 'asm'"],
    ["a name in a cast", "(int x)1;", "a name does not belong here 'x'"],
  ];
  const declarations =
    "struct hidden; typedef int word; int f(int); void nothing(void); " +
    "struct s { int a; int bit : 3; } s; struct t { int a; } t; struct hidden *hidden; int i, *p, a[2]; double d;";

  /** What cc says about a text; it must fail and write nothing. */
  function complaint(text: string): string {
    workshop.write("bad.c", text);
    workshop.remove("bad");
    const { status, stdout, stderr } = workshop.run(cc, "-o", "bad", "bad.c");
    expect({ status, stdout, written: existsSync(workshop.path("bad")) }).toEqual({
      status: 1,
      stdout: "",
      written: false,
    });
    return stderr;
  }

  it.each(units)("%s", (_, text, message) => {
    expect(complaint(text)).toMatch(`bad.c:${message}`);
  });

  it.each(statements)("%s", (_, text, message) => {
    expect(complaint(`${declarations} void g(void) { ${text} }`)).toMatch(/^bad\.c:[12]: error: /);
    expect(complaint(`${declarations} void g(void) { ${text} }`)).toContain(`: error: ${message}`);
  });

  it("names the included file", () => {
    workshop.write("included.h", "int x;\nint y = z;\n");
    expect(complaint('#include "included.h"\n')).toBe("included.h:2: error: not declared 'z'\n");
  });

  it("says what is used and not defined", () => {
    expect(complaint("int f(void);\nvoid _start(void) { f(); }")).toBe("cc: error: not defined 'f'\n");
    expect(complaint("int main(void) { return 0; }")).toBe("cc: error: not defined '_start'\n");
  });

  it("refuses a zero byte", () => {
    expect(complaint("int x;\0")).toBe("cc: error: a zero byte in the source 'bad.c'\n");
  });

  it("says how it is used, and what it cannot read or write", () => {
    const usage = "usage: cc -o OUT [-I DIR]... [-D NAME[=VALUE]]... FILE.c...\n";
    workshop.write("good.c", "void _start(void) { }");
    expect(workshop.run(cc)).toEqual({ status: 1, stdout: "", stderr: usage });
    expect(workshop.run(cc, "good.c").stderr).toBe(usage);
    expect(workshop.run(cc, "-o", "out").stderr).toBe(usage);
    expect(workshop.run(cc, "-x", "y", "-o", "out", "good.c").stderr).toBe(usage);
    expect(workshop.run(cc, "-o", "out", "missing.c").stderr).toBe("cc: error: cannot read 'missing.c'\n");
    expect(workshop.run(cc, "-o", "missing/out", "good.c").stderr).toBe(
      "cc: error: cannot write 'missing/out'\n",
    );
  });
});
