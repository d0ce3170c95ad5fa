/** What makes parsers, scanners and tables: programs from them compile and run. */
import { expect, it } from "vitest";
import { describeIn, toolchain } from "./root.ts";

const parser = `%{
#include <stdio.h>
int yylex(void);
void yyerror(const char *s) { puts(s); }
%}
%token NUMBER
%left '+' '-'
%left '*' '/'
%precedence NEGATIVE
%%
lines: %empty | lines sum '\\n' { printf("%d\\n", $2); } | lines error '\\n' { yyerrok; }
sum: NUMBER | sum '+' sum { $$ = $1 + $3; } | sum '-' sum { $$ = $1 - $3; }
  | sum '*' sum { $$ = $1 * $3; } | sum '/' sum { $$ = $1 / $3; }
  | '-' sum %prec NEGATIVE { $$ = -$2; } | '(' sum ')' { $$ = $2; }
%%
int main(void) { return yyparse(); }
`;

const scanner = `%{
#include <stdlib.h>
#include "parser.h"
%}
%option noyywrap nounput noinput
%%
[0-9]+ { yylval = atoi(yytext); return NUMBER; }
[ \\t]+
.|\\n  { return *yytext; }
`;

const keywords = `%struct-type
%language=ANSI-C
%{
#include <stdio.h>
#include <string.h>
%}
struct keyword { const char *name; int value; };
%%
if, 1
else, 2
while, 3
%%
int main(int n, char **a)
{
    while (*++a) {
        const struct keyword *k = in_word_set(*a, strlen(*a));
        printf("%d\\n", k ? k->value : 0);
    }
}
`;

describeIn([...toolchain, "m4", "bison", "flex", "gperf"], "generators", (sh) => {
  it("bison and flex make a calculator", async () => {
    const script = `
      bison -Wall -Werror -d -o parser.c parser.y && flex -o scanner.c scanner.l
      gcc -Wall -o calculator parser.c scanner.c && printf '1 + 2 * -(3 - 5)\\n2 +\\n8 / 2 / 2\\n' | ./calculator`;
    expect(await sh(script, { "parser.y": parser, "scanner.l": scanner })).toBe("5\nsyntax error\n2\n");
  });

  it("bison tells of conflicts", async () => {
    expect(await sh("bison -o p.c p.y", { "p.y": "%%\ne: 'n' | e '+' e\n" })).toContain(
      "1 shift/reduce conflict",
    );
  });

  it("bison makes parsers in C++", async () => {
    const text = `%language "c++"
      %define api.value.type variant
      %code { #include <iostream>
        int yylex(yy::parser::value_type *v); void yy::parser::error(const std::string &m) { std::cout << m; } }
      %token <std::string> WORD
      %%
      all: WORD { std::cout << $1 << std::endl; }
      %%
      int yylex(yy::parser::value_type *v)
      { static int n; if (n++) return 0; v->emplace<std::string>("word"); return yy::parser::token::WORD; }
      int main() { return yy::parser().parse(); }`;
    expect(await sh("bison -o p.cc p.yy && g++ -o p p.cc && ./p", { "p.yy": text })).toBe("word\n");
  });

  it("flex makes a scanner with libfl's main function", async () => {
    const text = '%%\n[a-z]+ { printf("<%s>", yytext); }\n';
    expect(await sh("flex s.l && gcc -o s lex.yy.c -lfl && echo a1bc | ./s", { "s.l": text })).toBe(
      "<a>1<bc>\n",
    );
  });

  it("gperf makes a function that knows its words and no others", async () => {
    const script = "gperf -t words.gperf >words.c && gcc -w -o words words.c && ./words while if for";
    expect(await sh(script, { "words.gperf": keywords })).toBe("3\n1\n0\n");
  });

  it("m4 expands, with recursion and patterns", async () => {
    const text =
      "define(`rev', `ifelse(`$1', `', `', `rev(substr(`$1', 1))`'substr(`$1', 0, 1)')')dnl\nrev(`abc')\n";
    const patterns = "patsubst(`a1b2', `[0-9]', `<\\&>') eval(7 ** 2)\n";
    expect(await sh("m4 f g", { f: text, g: patterns })).toBe("cba\na<1>b<2> 49\n");
  });
});

describeIn(["binutils", "make", "busybox"], "make and binutils", (sh) => {
  it("make rebuilds what is older than what it is made of", async () => {
    const makefile = "b: a\n\tcp a b\n\n%.c: %.d\n\t@echo $(patsubst %.d,%.e,$<) $(words $^)\n";
    const script = "touch a; make; make; touch x.d; make x.c; make --version | sed -n 1p";
    expect(await sh(script, { Makefile: makefile })).toBe(
      "cp a b\nmake: 'b' is up to date.\nx.e 1\nGNU Make 4.4.1\n",
    );
  });

  it("as and ld make a program, by a script of the linker, which its parser reads", async () => {
    const program = ".globl begin\nbegin: mov $60, %eax\nmov $code, %edi\nsyscall\n";
    const script = "as -o p.o p.s && ld -T p.ld -o p p.o && ./p; echo $?; nm p | grep -c begin";
    const layout =
      "ENTRY(begin) code = 6 * 7; SECTIONS { . = 0x400000 + SIZEOF_HEADERS; .text : { *(.text) } }";
    expect(await sh(script, { "p.s": program, "p.ld": layout })).toBe("42\n1\n");
  });

  it("ar writes no times and no owners, and obeys a script", async () => {
    const script = "touch -d 2001-01-01 f; ar rc a.a f; printf 'open a.a\\nlist\\nend\\n' | ar -M; ar tv a.a";
    expect(await sh(script)).toMatch(/f\n.* 0\/0 +0 Jan +1 00:00 1970 f\n/);
  });
});
