import { readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { assemble } from "./assembler.ts";
import { expectExplained } from "./expect-listing.ts";
import { readListing, resolveListing } from "./listing.ts";
import { ORIGIN, source, Workshop } from "./rungs.ts";

const workshop = new Workshop();
const asm = workshop.asm();
const x86 = source("asm/x86.asm");

/** The bytes that asm makes of `text` after the definitions for x86; throws its message. */
function bytesOf(text: string): number[] {
  workshop.write("in.asm", text);
  workshop.remove("out");
  const { status, stderr } = workshop.run(asm, "out", x86, "in.asm");
  if (status !== 0) throw new Error(stderr);
  return [...workshop.read("out")];
}

describe("asm.hex1", () => {
  const lines = readListing(readFileSync(source("asm/asm.hex1"), "utf8"));

  it("is what an independent assembler makes of its mnemonics", () => {
    const assembled = assemble(
      lines.map(({ mnemonic }) => mnemonic),
      ORIGIN,
    );
    const written = resolveListing(
      lines,
      assembled.map((bytes) => bytes.length),
      ORIGIN,
    );
    for (const [index, { number, mnemonic }] of lines.entries()) {
      expect(written[index], `line ${number}: ${mnemonic}`).toEqual(assembled[index]);
    }
    expect(Buffer.from(assembled.flat())).toEqual(readFileSync(asm));
  });

  it("says of every byte what it is and why", () => {
    expectExplained(lines);
  });
});

describe("x86.asm", () => {
  const statements = instantiate(readFileSync(x86, "utf8"));

  it("defines every instruction as an independent assembler encodes it, for all registers and conditions", () => {
    workshop.write("in.asm", statements.join("\n"));
    workshop.make(asm, "out", x86, "in.asm");
    const plain = statements.map(plainInstructions);
    const assembled = assemble(plain.flat(), ORIGIN);
    const made = workshop.read("out");
    let [start, line] = [0, 0];
    for (const [index, statement] of statements.entries()) {
      const bytes = (plain[index] ?? []).flatMap(() => assembled[line++] ?? []);
      expect([...made.subarray(start, start + bytes.length)], statement).toEqual(bytes);
      start += bytes.length;
    }
    expect(start).toBe(made.length);
  });

  it("is checked as a whole: no definition is left out", () => {
    expect(statements.length).toBeGreaterThan(1000);
  });
});

/**
 * Statements that use each definition with every operand word of each class that its pattern names, and with
 * numbers of as many bytes as its template writes.
 */
function instantiate(definitions: string): string[] {
  const lines = definitions.split("\n").map((line) => line.replace(/;.*/, "").trim());
  const words = new Map<string, string[]>();
  for (const line of lines) {
    const [, letter, word] = /^operand (\S) (\S+)/.exec(line) ?? [];
    if (letter === undefined || word === undefined || letter === word) continue;
    words.set(letter, [...(words.get(letter) ?? []), word]);
  }
  return lines.flatMap((line) => {
    const [, pattern, template] = /^define (.*?)\s*: (.*)$/.exec(line) ?? [];
    if (pattern === undefined || template === undefined) return [];
    const sizes = template.match(/[nj][124]/g) ?? [];
    const numbers = sizes.map((size, index) => {
      const digits = Number(size[1]) * 2;
      return size.startsWith("j") ? "0x08050000" : `0x${"123456789a".slice(index, index + digits)}`;
    });
    const parts = pattern.split(/\b([a-z])\b/);
    return parts.reduce<string[]>(
      (beginnings, part, index) => {
        if (index % 2 === 0) return beginnings.map((text) => text + part);
        if (part !== "n")
          return (words.get(part) ?? []).flatMap((word) => beginnings.map((text) => text + word));
        const number = numbers.shift();
        return beginnings.map((text) => text + number);
      },
      [""],
    );
  });
}

/** The instructions that a statement stands for, in the syntax of the independent assembler. */
function plainInstructions(statement: string): string[] {
  const [, name = "", rest = ""] = /^(\w+)\s*(.*)$/.exec(statement) ?? [];
  const operands = rest.split(", ");
  if (/^j/.test(name) && operands.length === 3) {
    return [`cmp ${operands[0]}, ${operands[1]}`, `${name} near ${operands[2]}`];
  }
  if (/^(j|call$)/.test(name) && rest.startsWith("0x")) return [`${name} near ${rest}`];
  if ((name === "push" || name === "pop") && operands.length > 1)
    return operands.map((word) => `${name} ${word}`);
  const [, from, to] = /^copy (.*) to (.*)$/.exec(statement) ?? [];
  if (from !== undefined) return [`mov eax, ${from}`, `mov ${to}, eax`];
  return [statement];
}

describe("asm OUT IN...", () => {
  it("gives labels addresses in an image at 0x08048000, before and after their definition", () => {
    expect(bytesOf("a: word a\n word b - a\n b:")).toEqual([0x00, 0x80, 0x04, 0x08, 0x08, 0, 0, 0]);
  });

  it("keeps names that begin with a dot to the label before", () => {
    expect(bytesOf("a: byte 1\n.x: byte .x - a\nb: byte 2\n.x: byte .x - a")).toEqual([1, 1, 2, 3]);
    expect(() => bytesOf("a:\n.x:\nb: word .x")).toThrow("in.asm:3: undefined name: b: word .x\n");
  });

  it("reads decimal, hexadecimal and character constants, and adds and subtracts them", () => {
    expect(bytesOf("word 4294967295\nword 0xDEADbeef\nword 'a'\nword '==' \nword 'abcd'")).toEqual(
      [..."\xff\xff\xff\xff\xef\xbe\xad\xdea\0\0\0==\0\0abcd"].map((character) => character.charCodeAt(0)),
    );
    expect(bytesOf("two = 1 + 1\nbyte two + 3 - 1\nbyte -two\nbyte ';', '\"'")).toEqual([
      4, 0xfe, 0x3b, 0x22,
    ]);
  });

  it("ends strings with a zero; one may follow an instruction on its line", () => {
    expect(bytesOf('"a;b" ; comment\nret "c"')).toEqual([0x61, 0x3b, 0x62, 0, 0xc3, 0x63, 0]);
  });

  it("takes definitions of instructions and operand words from its input", () => {
    const definitions =
      "operand v up 3\ndefine turn up, 0 : e0+a+8a n1 >here =here ; comment\nhere: turn up, 7";
    expect(bytesOf(definitions)).toEqual([0xfb, 7, 0xfa, 0xff, 0xff, 0xff, 0x00, 0x80, 0x04, 0x08]);
  });

  it("ignores white space within a line", () => {
    expect(bytesOf("\tmov   eax ,[ ebx + 4 ]\r\n")).toEqual(bytesOf("mov eax, [ebx+4]"));
  });

  it("reads several files as one text", () => {
    workshop.write("1.asm", "define one : 01\ndefine word 0 : n4\none");
    workshop.write("2.asm", "one\nword end\nend:");
    workshop.make(asm, "out", "1.asm", "2.asm");
    expect([...workshop.read("out")]).toEqual([1, 1, 6, 0x80, 4, 8]);
  });

  it("makes OUT executable", () => {
    bytesOf("ret");
    expect(statSync(workshop.path("out")).mode & 0o777).toBe(0o755 & ~process.umask());
  });

  it.each([
    ["an instruction that is not defined", "ret\nfrob eax", "in.asm:2: unknown instruction: frob eax\n"],
    [
      "operands that an instruction does not have",
      "mov [1], [2]",
      "in.asm:1: unknown instruction: mov [1], [2]\n",
    ],
    ["a name that is not defined", "ret ; one\njmp nowhere", "in.asm:2: undefined name: jmp nowhere\n"],
    ["a name that is defined twice", "a:\n\na:", "in.asm:3: defined twice: a:\n"],
    ["a definition that is there already", "define ret : 00", "defined twice: define ret : 00\n"],
    ["a number that needs more room", "byte 256", "in.asm:1: the number is too large: byte 256\n"],
    ["a number without an operator before it", "byte 1 2", "in.asm:1: unknown instruction: byte 1 2\n"],
    ["what is no number", "a = eax", "in.asm:1: expected a number: a = eax\n"],
    ["a register that is subtracted", "mov eax, [ebx-ecx]", "expected a number: mov eax, [ebx-ecx]\n"],
    ["too many characters", "word 'abcde'", "in.asm:1: expected a number: word 'abcde'\n"],
    ["a string without an end", 'ret\n"abc', 'in.asm:2: quote without an end: "abc\n'],
    ["a character without an end", "byte 'a", "in.asm:1: quote without an end: byte 'a\n"],
    ["a definition without a template", "define frob", "in.asm:1: bad template: define frob\n"],
    [
      "a template that is not hexadecimal",
      "define frob : xy\nfrob",
      "in.asm:2: bad template: define frob : xy\n",
    ],
    [
      "a value from names that come later",
      "word a\na = b\nb = 1",
      "uses a name before it is defined: a = b\n",
    ],
    ["a statement without a name", "ret\n= 3", "in.asm:2: expected a name: = 3\n"],
    ["a zero byte", "ret\n\0ret", "in.asm:2: zero byte: "],
  ])("names file and line of %s, and writes nothing", (_, text, message) => {
    expect(() => bytesOf(text)).toThrow(message);
    expect(() => workshop.read("out")).toThrow("ENOENT");
  });

  it("says how it is used, and what it cannot read or write", () => {
    workshop.write("in.asm", "\n");
    expect(workshop.run(asm, "out")).toEqual({ status: 1, stdout: "", stderr: "usage: asm OUT IN...\n" });
    expect(workshop.run(asm, "out", "missing")).toMatchObject({
      status: 1,
      stderr: "missing:0: cannot read: \n",
    });
    expect(workshop.run(asm, "missing/out", x86)).toMatchObject({
      status: 1,
      stderr: "missing/out:0: cannot write: \n",
    });
    workshop.write("ret.asm", "ret");
    expect(workshop.run(asm, "/dev/full", x86, "ret.asm")).toMatchObject({ status: 1 });
  });
});
