import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Outcome, Workshop } from "./rungs.ts";

const workshop = new Workshop();
const c0 = workshop.c0();

/** C0 has no library: what the test programs print with. */
const LIBRARY = `
char print_buffer[16];
void put(char *text) {
  int length = 0;
  while (text[length]) length++;
  syscall(4, 1, text, length);
}
void print(int n) {
  char *p = print_buffer + 15;
  int rest = n;
  *p = '\\n';
  while (1) {
    int digit = rest % 10;
    *--p = '0' + (digit < 0 ? -digit : digit);
    rest = rest / 10;
    if (rest == 0) break;
  }
  if (n < 0) *--p = '-';
  syscall(4, 1, p, print_buffer + 16 - p);
}
`;

/** Compiles a program with c0 and runs it; throws c0's message. */
function run(program: string, ...args: string[]): Outcome {
  workshop.write("program.c", program);
  workshop.remove("program");
  const { status, stderr } = workshop.run(c0, "program", "program.c");
  if (status !== 0) throw new Error(stderr);
  return workshop.run("./program", ...args);
}

/** What the statements print, one number a line. */
function prints(statements: string, declarations = ""): number[] {
  const { stdout, stderr, status } = run(`${LIBRARY}${declarations}\nint main() { ${statements} return 0; }`);
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return stdout.split("\n").filter(Boolean).map(Number);
}

interface Example {
  name: string;
  declarations?: string;
  statements: string;
  prints: number[];
}

const examples: Example[] = [
  {
    name: "numbers: decimal, hexadecimal, characters and their escapes",
    statements: `print(2147483647); print(0xFfff); print(0); print('a'); print('\\n'); print('\\t'); print('\\r');
      print('\\0'); print('\\\\'); print('\\''); print('\\"'); print('"'); print('\\x7f'); print('\\xfF');`,
    prints: [2147483647, 65535, 0, 97, 10, 9, 13, 0, 92, 39, 34, 34, 127, 255],
  },
  {
    name: "strings, which end with a zero",
    statements: `char *s = "a\\n\\"\\\\\\x41\\0b"; print(s[0]); print(s[1]); print(s[2]); print(s[3]); print(s[4]); print(s[5]);
      print(s[6]); print(s[7]); print("xyz"[1]); print(*"");`,
    prints: [97, 10, 34, 92, 65, 0, 98, 0, 121, 0],
  },
  {
    name: "comments of both kinds, also with code-like text",
    statements: "print(1); // print(2);\n /* print(3); // */ print(4); /***/ print(8 /* / */ / 2);",
    prints: [1, 4, 4],
  },
  {
    name: "arithmetic on 32 bits with a sign",
    statements: `print(7 + 3 * 2); print(7 - 9); print(7 / -2); print(-7 / 2); print(7 % -2); print(-7 % 2);
      print(2147483647 + 1); print(65536 * 65536); print(123456789 * 10); print(- -5); print(~5); print(-(-2147483647 - 1));`,
    prints: [13, -2, -3, -3, 1, -1, -2147483648, 0, 1234567890, 5, -6, -2147483648],
  },
  {
    name: "bits and shifts; >> keeps the sign",
    statements:
      "print(12 & 10); print(12 | 3); print(12 ^ 10); print(1 << 31); print(-16 >> 2); print(1 << 3 + 1);",
    prints: [8, 15, 6, -2147483648, -4, 16],
  },
  {
    name: "comparisons, all with a sign",
    statements: `print(1 < 2); print(2 < 1); print(-1 < 0); print(2 <= 2); print(3 > 2); print(2 >= 3);
      print(2 == 2); print(2 != 2); print(1 < 2 == 1); print((3 > 2) + (2 > 1));`,
    prints: [1, 0, 1, 1, 1, 0, 1, 0, 1, 2],
  },
  {
    name: "precedence as in C",
    statements: `print(1 | 2 ^ 3 & 4 == 4); print(1 + 2 << 1); print(10 - 4 - 3); print(100 / 10 / 5); print(1 || 0 && 0);
      print(!1 + 1); print(-2 * -3); print(~1 & 3); print(5 & 6 == 6); print(1 ? 2 : 0 ? 3 : 4); print(0 ? 2 : 0 ? 3 : 4);`,
    prints: [3, 6, 3, 2, 1, 1, 6, 2, 1, 2, 4],
  },
  {
    name: "&& and || stop early and give 0 or 1",
    declarations: "int calls; int yes() { calls++; return 5; } int no() { calls++; return 0; }",
    statements: `print(yes() && yes()); print(no() && yes()); print(yes() || no()); print(no() || no()); print(calls);
      print(no() && no() || yes() && yes()); print(calls); if (no() || yes() && !no()) print(77);`,
    prints: [1, 0, 1, 0, 6, 1, 9, 77],
  },
  {
    name: "?: evaluates one branch, and has the type of its pointer",
    declarations: "int table[3]; int n;",
    statements: `print(1 ? 10 : (n = 1)); print(0 ? (n = 2) : 20); print(n); table[1] = 5;
      print((1 ? table : 0)[1]); print(*((0 ? 0 : table) + 1)); print(n ? 1 : n == 0 ? 2 : 3);`,
    prints: [10, 20, 0, 5, 5, 2],
  },
  {
    name: "assignments are values and associate to the right",
    statements:
      "int a; int b; a = b = 4; print(a + b); print(a = 7); a += b += 2; print(a); print(b); a -= 1; print(a); print(a += 2);",
    prints: [8, 7, 13, 6, 12, 14],
  },
  {
    name: "++ and --, before and behind, on every kind of variable",
    declarations: "int g; char c; int t[2]; struct s { int s_n; char *s_p; }; struct s *p;",
    statements: `int l = 5; char *q = "abc"; p = t; print(l++); print(l); print(++l); print(l--); print(--l);
      print(g++ + 1); print(g); print(--c); print(c++); print(c); print(c--); print(++c);
      print(t[0]++); print(t[0]); print(++t[0]); print(t[0]--); print(p->s_n++); print(--p->s_n);
      p->s_p = q; print(*p->s_p++); print(*p->s_p); print(*++p->s_p); print(*--q + 0 == q[0]);`,
    prints: [5, 6, 7, 7, 5, 1, 1, 255, 255, 0, 0, 0, 0, 1, 2, 2, 1, 1, 97, 98, 99, 1],
  },
  {
    name: "char is 8 bits without a sign",
    declarations: "char g; char buf[4]; char low(int n) { return n; } int same(char n) { return n; }",
    statements: `char c = 300; print(c); c = -1; print(c); print(c + 1); c += 2; print(c); print(c = 257); print(c -= 2); g = 511; print(g);
      buf[1] = 1000; print(buf[1]); print(buf[0] + buf[2]); print(low(258)); print(same(513)); print(c < 0);`,
    prints: [44, 255, 256, 1, 1, 255, 255, 232, 0, 2, 1, 0],
  },
  {
    name: "pointers count in elements",
    declarations: "int t[10]; char b[10];",
    statements: `int i; int *p = t; char *c = b; char **pp; for (i = 0; i < 10; i++) { t[i] = i * i; b[i] = i; }
      print(*(p + 3)); print(p[4]); print(*(2 + p)); p += 5; print(*p); print(p - t); print(p[-1]); p -= 2; print(*p--); print(*p);
      c = c + 7; print(*c); print(c - b); print(&t[8] - &t[2]); print(&b[8] - &b[2]); print(p == t + 2); print(t < p); pp = &c; print(**pp); print(*(*pp - 1)); *pp = *pp + 2; print(*c);
      *p = 99; print(t[2]); print(*&i); *&i = 3; print(i);`,
    prints: [9, 16, 4, 25, 5, 16, 9, 4, 7, 7, 6, 6, 1, 1, 7, 6, 9, 99, 10, 3],
  },
  {
    name: "structs: members of 4 bytes, chains of them, sizeof",
    declarations: `struct list { int list_n; char *list_text; struct list *list_next; }; struct pair { int first, second; };
      int memory[100]; int *top; int *new(int size) { int *p = top; top += size / 4; return p; } struct list *heads[3];`,
    statements: `struct list *a; struct list *b; struct list **where; top = memory; a = new(sizeof(struct list)); b = new(sizeof(struct list));
      a->list_n = 1; b->list_n = 2; a->list_next = b; b->list_next = 0; b->list_text = "text"; print(a->list_next->list_n);
      print(a->list_next->list_text[1]); a->list_next->list_n += 40; print(b->list_n); print(b->list_next == 0);
      heads[1] = b; print(heads[1]->list_n); where = &a->list_next; print((*where)->list_n); *where = a; print(a->list_next->list_next->list_n);
      print(sizeof(struct list)); print(sizeof(struct pair)); print(&a->list_text == memory + 1);`,
    prints: [2, 101, 42, 1, 42, 42, 1, 12, 8, 1],
  },
  {
    name: "enum constants: counted, given, computed",
    declarations: `enum { A, B, C = 10, D, E = 'x', F = -1, G, H = 1 << 4 | 3, I = H + 1, J = (B > 0 ? C : D) * 2, K = ~0 & 0xff, };
      int table[C + D]; enum { LAST };`,
    statements:
      "print(A); print(B); print(C); print(D); print(E); print(F); print(G); print(H); print(I); print(J); print(K); print(LAST); table[C + D - 1] = 8; print(table[20]);",
    prints: [0, 1, 10, 11, 120, -1, 0, 19, 20, 20, 255, 0, 8],
  },
  {
    name: "globals: zero at first, several in a declaration, scalars behind arrays",
    declarations: "int a, *b, c[3]; char d[5]; char e; int f;",
    statements:
      "print(a); print(b == 0); print(c[2]); print(d[4]); e = 9; d[4] = 7; f = 3; print(e); print(f); print(d[4]); b = &a; *b = 6; print(a);",
    prints: [0, 1, 0, 0, 9, 3, 7, 6],
  },
  {
    name: "locals: initialised, shadowing, anywhere in a block",
    declarations:
      "int x; int f(int x) { int y = x + 1, z = y * 2; { int x = 100; y += x; } return x + y + z; }",
    statements:
      "int a = 3, *p = &a; print(*p); { int a = 4; print(a); { int a = 5; print(a); } print(a); } print(a); x = 50; { int x = 1; print(x); } print(x); print(f(1)); ; ; {}",
    prints: [3, 4, 5, 4, 3, 1, 50, 107],
  },
  {
    name: "if and else, and which if an else belongs to",
    statements:
      "int n = 2; if (n == 2) print(1); else print(2); if (n == 3) print(3); else if (n == 2) print(4); else print(5); if (n) if (!n) print(6); else print(7); if (n - 2) { print(8); }",
    prints: [1, 4, 7],
  },
  {
    name: "while, for, break and continue",
    statements: `int i = 0; int j; while (i < 3) print(i++); for (i = 0; ; i++) { if (i == 1) continue; if (i == 4) break; print(10 + i); }
      for (i = 0; i < 2; i += 1) for (j = 0; j < 3; j++) { if (j == 1) { if (i) break; continue; } print(i * 10 + j); }
      for (i = 5; i; ) i--; print(i); for (;;) { i++; while (1) { break; } if (i > 2) break; } print(i); while (0) print(99); for (i = 3; i--; ) print(i);`,
    prints: [0, 1, 2, 10, 12, 13, 0, 2, 10, 0, 3, 2, 1, 0],
  },
  {
    name: "functions: recursion, before their definition, with prototypes",
    declarations: `char *skip(char *text, int n); int odd(int n) { return n == 0 ? 0 : even(n - 1); } int even(int n) { return n == 0 ? 1 : odd(n - 1); }
      int fib(int n) { if (n < 2) return n; return fib(n - 1) + fib(n - 2); } char *skip(char *t, int n) { return t + n; } void nothing(void) { return; }
      int digits(int a, char b, int *c, int d) { return ((a * 10 + b) * 10 + *c) * 10 + d; } int last(int); int last(int n) { return n; }`,
    statements: `int n = 3; print(odd(7)); print(even(7)); print(fib(15)); print(*skip("abc", 2)); print(skip("xyz", 1)[1]); nothing();
      print(digits(1, 2, &n, 4)); print(digits(n, n + 1, &n, fib(5)) - digits(0, 0, &n, 0)); print(last(digits(1, 1, &n, 1)));`,
    prints: [1, 0, 610, 99, 122, 1234, 3405, 1131],
  },
  {
    name: "operands that need many temporaries",
    declarations: "int t[4]; int f(int a, int b) { return a * 10 + b; }",
    statements: `int a = 2; int b = 3; t[1] = 4; print((a + b) * (a - b) - (a * b) / (b - a)); print(t[a - 1] + t[f(0, 1)] * t[t[0] + 1]);
      print(f(f(1, 2), f(3, 4))); print(a + (b + (a + (b + (a + b))))); t[t[0]++] = t[1] + (a < b); print(t[0]); t[b - 1] += t[1] << 1; print(t[2]);
      print(f(a < b, a > b) + f(a && b, !a)); print(-a * -b); print(!(a < b)); print(!a == !b);`,
    prints: [-11, 20, 154, 15, 5, 8, 20, 6, 0, 1],
  },
  {
    name: "system calls",
    statements:
      'print(syscall(4, 1, "", 0)); print(syscall(4, 99, "x", 1)); print(syscall(20, 0, 0, 0) > 0);',
    prints: [0, -9, 1],
  },
];

/** A start and a syscall() for gcc, so that it needs no library either. */
const GCC_RUNTIME = `
int main();
int syscall(int n, int a, int b, int c) {
  int result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(n), "b"(a), "c"(b), "d"(c) : "memory");
  return result;
}
void start(int argc) { syscall(1, main(argc, &argc + 1), 0, 0); }
__asm__(".globl _start\\n_start: call start");
`;

function runWithGcc(program: string): Outcome {
  workshop.write("program.c", program);
  workshop.write("runtime.c", GCC_RUNTIME);
  const language = ["-m32", "-std=gnu89", "-funsigned-char", "-w"];
  const freestanding = [
    "-fno-builtin",
    "-fwrapv",
    "-fno-pie",
    "-no-pie",
    "-static",
    "-nostdlib",
    "-fno-stack-protector",
  ];
  workshop.make("gcc", ...language, ...freestanding, "-o", "program.gcc", "runtime.c", "program.c");
  return workshop.run("./program.gcc");
}

function gccCompilesFor32Bits(): boolean {
  const { status } = spawnSync("gcc", ["-m32", "-E", "-"], { input: "" });
  return status === 0;
}

describe("C0", () => {
  it.each(examples)("has $name", ({ declarations, statements, prints: expected }) => {
    expect(prints(statements, declarations)).toEqual(expected);
  });

  it.skipIf(!gccCompilesFor32Bits()).each(examples)("agrees with gcc on $name", (example) => {
    const program = `${LIBRARY}${example.declarations ?? ""}\nint main() { ${example.statements} return 0; }`;
    expect(runWithGcc(program)).toEqual({ status: 0, stderr: "", stdout: `${example.prints.join("\n")}\n` });
  });

  it("passes the arguments to main, and its result to the system", () => {
    const program = `${LIBRARY} int main(int argc, char **argv) { put(argv[argc - 1]); put(argv[1]); return argc + 40; }`;
    expect(run(program, "a", "bc")).toEqual({ status: 43, stdout: "bca", stderr: "" });
  });

  it("computes any expression as 32-bit arithmetic says", () => {
    const variables = { x: 7, y: -3, big: 0x7fffffff, zero: 0 };
    const declarations = Object.entries(variables).map(([name, value]) => `int ${name} = ${value};`);
    fc.assert(
      fc.property(fc.array(expressions(variables), { minLength: 40, maxLength: 40 }), (batch) => {
        const statements = batch.map(({ text }) => `print(${text});`).join("\n");
        expect(prints(`${declarations.join("")}\n${statements}`)).toEqual(batch.map(({ value }) => value));
      }),
      { numRuns: 25 },
    );
  });
});

interface Expression {
  text: string;
  value: number;
}

/** Random expressions with their values, on the variables given. Divisors are never zero. */
function expressions(variables: Record<string, number>): fc.Arbitrary<Expression> {
  const binary: Record<string, (a: number, b: number) => number> = {
    "+": (a, b) => a + b,
    "-": (a, b) => a - b,
    "*": Math.imul,
    "/": (a, b) => a / ((b & 15) + 1),
    "%": (a, b) => a % ((b & 15) + 1),
    "&": (a, b) => a & b,
    "|": (a, b) => a | b,
    "^": (a, b) => a ^ b,
    "<<": (a, b) => a << (b & 15),
    ">>": (a, b) => a >> (b & 15),
    "<": (a, b) => Number(a < b),
    "<=": (a, b) => Number(a <= b),
    ">": (a, b) => Number(a > b),
    ">=": (a, b) => Number(a >= b),
    "==": (a, b) => Number(a === b),
    "!=": (a, b) => Number(a !== b),
    "&&": (a, b) => Number(a !== 0 && b !== 0),
    "||": (a, b) => Number(a !== 0 || b !== 0),
  };
  const rightOperand = (operator: string, text: string) =>
    operator === "/" || operator === "%"
      ? `((${text} & 15) + 1)`
      : /<<|>>/.test(operator)
        ? `(${text} & 15)`
        : text;
  return fc.letrec<{ expression: Expression }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 5 },
      fc.integer().map((value) => ({ text: `(${value})`, value })),
      fc.constantFrom(...Object.entries(variables)).map(([text, value]) => ({ text, value })),
      fc
        .tuple(fc.constantFrom(...Object.entries(binary)), tie("expression"), tie("expression"))
        .map(([[operator, compute], a, b]) => ({
          text: `(${a.text} ${operator} ${rightOperand(operator, b.text)})`,
          value: compute(a.value, b.value) | 0,
        })),
      tie("expression").map(({ text, value }) => ({ text: `(- ${text})`, value: -value | 0 })),
      tie("expression").map(({ text, value }) => ({ text: `~${text}`, value: ~value })),
      tie("expression").map(({ text, value }) => ({ text: `!${text}`, value: Number(value === 0) })),
      fc.tuple(tie("expression"), tie("expression"), tie("expression")).map(([condition, yes, no]) => ({
        text: `(${condition.text} ? ${yes.text} : ${no.text})`,
        value: condition.value === 0 ? no.value : yes.value,
      })),
    ),
  })).expression;
}

describe("c0 OUT IN...", () => {
  it("compiles several files into one program", () => {
    workshop.write("1.c", "int f();\nint main() { return f() + g; }");
    workshop.write("0.c", "int g;");
    workshop.write("2.c", "int f() { g = 4; return 38; }");
    workshop.make(c0, "program", "0.c", "1.c", "2.c");
    expect([38, 42]).toContain(workshop.run("./program").status);
  });

  it("writes an executable image of one segment, with globals behind the code", () => {
    run("char big[1000000]; int main() { big[999999] = 5; return big[999999]; }");
    expect(statSync(workshop.path("program")).mode & 0o777).toBe(0o755 & ~process.umask());
    expect(statSync(workshop.path("program")).size).toBeLessThan(500);
    expect(workshop.run("./program").status).toBe(5);
  });

  it("compiles 5000 functions that call each other in well under a second", () => {
    const functions = Array.from(
      { length: 5000 },
      (_, i) => `int function_${i}(int n) { return n ? function_${(i * 7) % 5000}(n - 1) : ${i % 100}; }`,
    );
    const start = performance.now();
    expect(run(`${functions.join("\n")}\nint main() { return function_3(2); }`).status).toBe(47);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it.each([
    ["a variable that is not declared", "int main() {\n  return x; }", "2: variable is not declared: x"],
    ["a local after its block", "int main() { { int x; }\nx = 1; }", "2: variable is not declared: x"],
    ["a function that is not defined", "int main() {\n f(1);\n f(2); }", "2: function is not defined: f"],
    ["a call of a variable", "int x; int main() { x(); }", "1: not a function: x"],
    ["an assignment to a value", "int main() { 1 + 2 = 3; }", "1: not a variable before: ="],
    ["an increment of a value", "int main() { 4++; }", "1: not a variable before: ++"],
    ["a dereference of an int", "int main() { int x; *x; }", "1: not a pointer before: ;"],
    ["a member that is not known", "int main() { int x; x->y; }", "1: no struct has this member: y"],
    ["a struct that is not known", "int main() { sizeof(struct s); }", "1: struct is not defined: s"],
    ["a name that is declared twice", "int x;\nchar x;", "2: defined twice: x"],
    ["a function that is defined twice", "int f() {}\nint f() {}", "2: defined twice: f"],
    ["a parameter with its function's name", "int f(int f) {}", "1: defined twice: f"],
    ["a member name in two structs", "struct a { int n; };\nstruct b { int n; };", "2: defined twice: n"],
    ["an enum value that is no constant", "int x; enum { A = x };", "1: not a constant: x"],
    ["an array size that is no constant", "int f(); int x[f()];", "1: not a function: f"],
    ["break outside a loop", "int main() { break; }", "1: not inside a loop: break"],
    ["a missing semicolon", "int main() { return 1\n}", "2: expected ';' before: }"],
    ["a missing expression", "int main() { return 1 + ; }", "1: expected an expression before: ;"],
    ["a cast", "int main() { return (int) 1; }", "1: expected an expression before: int"],
    ["what is no declaration", "foo();", "1: expected a declaration before: foo"],
    ["a declaration without a name", "int 3;", "1: expected a name before: 3"],
    ["the end of the file within a function", "int main() {\n", "2: expected an expression before"],
    ["a character that C0 does not have", "int main() { return 1 @ 2; }", "1: expected ';' before: @"],
    ["a number with letters", "int main() { return 12ab; }", "1: bad number: 12"],
    ["an octal number with an 8", "int main() { return 08; }", "1: bad number: 0"],
    ["a hexadecimal number without digits", "int main() { return 0x; }", "1: bad number: 0x"],
    ["an empty character", "int main() { return ''; }", "1: bad character"],
    ["two characters in one", "int main() { return 'ab'; }", "1: bad character"],
    ["an escape that C0 does not have", 'int main() { "\\q"; }', "1: bad character"],
    ["an octal escape", 'int main() { "\\012"; }', "1: bad character"],
    ["a hexadecimal escape of three digits", 'int main() { "\\x123"; }', "1: bad character"],
    ["a string that the line ends", 'int main() { "abc\n"; }', '1: string without an end: "abc'],
    ["a comment that does not end", "int main() { }\n/* ", "2: comment without an end"],
    ["a zero byte", "int main() { }\n\0int x;", "2: zero byte in the source"],
  ])("names file and line of %s, and writes nothing", (_, program, message) => {
    expect(() => run(program)).toThrow(`program.c:${message}`);
    expect(existsSync(workshop.path("program"))).toBe(false);
  });

  it("says so if there is no main", () => {
    expect(() => run("int x;")).toThrow("function is not defined: main");
  });

  it("refuses a program of more than 1 MiB", () => {
    const function_ = (n: number) => `int f${n}() { put("${"x".repeat(1000)}"); }`;
    const functions = Array.from({ length: 1100 }, (_, n) => function_(n)).join("\n");
    expect(() => run(`${LIBRARY}${functions} int main() { return 0; }`)).toThrow(
      "the program is larger than 1 MiB",
    );
  });

  it("says how it is used, and what it cannot read or write", () => {
    workshop.write("program.c", "int main() { return 0; }");
    expect(workshop.run(c0)).toEqual({ status: 1, stdout: "", stderr: "c0: usage: c0 OUT IN...\n" });
    expect(workshop.run(c0, "out", "missing.c").stderr).toBe("c0: cannot read missing.c\n");
    expect(workshop.run(c0, "missing/out", "program.c").stderr).toBe("c0: cannot write missing/out\n");
    expect(workshop.run(c0, "/dev/full", "program.c")).toMatchObject({
      status: 1,
      stderr: "c0: cannot write /dev/full\n",
    });
  });
});
