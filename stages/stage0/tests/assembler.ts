/**
 * A second opinion on the machine code of the ladder's lowest rungs: an i386 assembler for the instructions
 * used there, written from Intel's manual (SDM volume 2) and sharing nothing with the rungs themselves.
 *
 * Syntax is Intel's. A jump is short unless its target is marked `near`; numbers take the shortest form that
 * holds them, names always 32 bits. Data: `byte`, `half` and `word`, where `byte` also takes "text".
 */

type Size = 1 | 2 | 4;

interface Register {
  kind: "register";
  size: Size;
  number: number;
}

interface Memory {
  kind: "memory";
  size: Size | undefined;
  base: number | undefined;
  /** Register that is multiplied by four. */
  index: number | undefined;
  displacement: Value;
}

interface Immediate extends Value {
  kind: "immediate";
}

interface Value {
  value: number;
  /** Names get 32 bits, so that an instruction's length never depends on where its operands lie. */
  named: boolean;
}

type Operand = Register | Memory | Immediate;

/** Gives the address of a label. */
type Resolve = (label: string) => number;

const REGISTERS: Record<string, { size: Size; number: number }> = Object.fromEntries(
  [
    { size: 4 as const, names: ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"] },
    { size: 2 as const, names: ["ax", "cx", "dx", "bx"] },
    { size: 1 as const, names: ["al", "cl", "dl", "bl", "ah", "ch", "dh", "bh"] },
  ].flatMap(({ size, names }) => names.map((name, number) => [name, { size, number }])),
);

const SIZES: Record<string, Size> = { byte: 1, half: 2, word: 4 };

const FIXED: Record<string, number[]> = {
  cdq: [0x99],
  cmpsb: [0xa6],
  lodsb: [0xac],
  lodsd: [0xad],
  movsb: [0xa4],
  ret: [0xc3],
  stosb: [0xaa],
  stosd: [0xab],
  stosw: [0x66, 0xab],
};

const CONDITIONS: Record<string, number> = {
  b: 2,
  ae: 3,
  e: 4,
  z: 4,
  ne: 5,
  nz: 5,
  be: 6,
  a: 7,
  s: 8,
  ns: 9,
  l: 12,
  ge: 13,
  le: 14,
  g: 15,
};

const ARITHMETIC = ["add", "or", "adc", "sbb", "and", "sub", "xor", "cmp"];
const SHIFTS: Record<string, number> = { rol: 0, shl: 4, shr: 5, sar: 7 };
const UNARY: Record<string, number> = { not: 2, neg: 3, mul: 4, div: 6, idiv: 7 };

/**
 * Assembles `lines` (comments already removed) to be loaded at `origin`.
 * Returns the bytes of each line, in order; lines with a label or nothing have none.
 * Throws an Error naming the line if it is not understood.
 */
export function assemble(lines: readonly string[], origin: number): number[][] {
  const labels = new Map<string, number>();
  pass(
    lines,
    origin,
    (label, address) => labels.set(label, address),
    (_, here) => here,
  );
  return pass(
    lines,
    origin,
    () => {},
    (label) => labels.get(label) ?? fail(`unknown name ${label}`),
  );
}

function pass(
  lines: readonly string[],
  origin: number,
  define: (label: string, address: number) => void,
  lookUp: (label: string, here: number) => number,
): number[][] {
  let address = origin;
  return lines.map((line) => {
    const label = /^([\w.]+):$/.exec(line.trim())?.[1];
    if (label !== undefined) {
      define(label, address);
      return [];
    }
    try {
      const bytes = encode(line.trim(), address, (name) => lookUp(name, address));
      address += bytes.length;
      return bytes;
    } catch (error) {
      throw new Error(`Cannot assemble "${line.trim()}": ${(error as Error).message}`);
    }
  });
}

function encode(statement: string, address: number, resolve: Resolve): number[] {
  if (statement === "") return [];
  const [, name = "", rest = ""] = /^(\w+)\s*(.*)$/.exec(statement) ?? [];
  const size = SIZES[name];
  if (size !== undefined) return split(rest).flatMap((item) => data(item, size, resolve));
  if (name === "rep" || name === "repe") return [0xf3, ...encode(rest, address, resolve)];
  const fixed = FIXED[name];
  if (fixed !== undefined) return fixed;
  if (name === "call" || name.startsWith("j")) {
    const register = REGISTERS[rest];
    if (register !== undefined) return [0xff, 0xc0 + 8 * (name === "call" ? 2 : 4) + register.number];
    return branch(name, rest, address, resolve);
  }
  const operands = split(rest).map((item) => operand(item, resolve));
  const prefix = operands.some((item) => item.kind !== "immediate" && item.size === 2) ? [0x66] : [];
  return [...prefix, ...instruction(name, operands)];
}

function data(item: string, size: Size, resolve: Resolve): number[] {
  const text = /^"(.*)"$/.exec(item)?.[1];
  if (text !== undefined) return [...Buffer.from(text, "latin1")];
  return little(evaluate(item, resolve).value, size);
}

function branch(name: string, rest: string, address: number, resolve: Resolve): number[] {
  const near = /^near\s+(.*)$/.exec(rest)?.[1];
  const target = evaluate(near ?? rest, resolve).value;
  const relative = (opcode: number[], size: 1 | 4) => {
    const distance = target - (address + opcode.length + size);
    if (size === 1 && !isByte(distance)) fail("the target is too far away");
    return [...opcode, ...little(distance, size)];
  };
  if (name === "call") return relative([0xe8], 4);
  if (name === "jmp") return near === undefined ? relative([0xeb], 1) : relative([0xe9], 4);
  const condition = CONDITIONS[name.slice(1)] ?? fail("unknown condition");
  return near === undefined ? relative([0x70 + condition], 1) : relative([0x0f, 0x80 + condition], 4);
}

function instruction(name: string, operands: Operand[]): number[] {
  const [a, b] = operands;
  if (a === undefined) return fail("unknown instruction");

  const arithmetic = ARITHMETIC.indexOf(name);
  if (arithmetic >= 0 && b !== undefined) {
    if (b.kind !== "immediate") return registerAndMemory(8 * arithmetic, a, b);
    if (a.kind === "register" && a.size === 1 && a.number === 0)
      return [8 * arithmetic + 4, ...little(b.value, 1)];
    if (sizeOf(a) === 1) return [0x80, ...modrm(arithmetic, a), ...little(b.value, 1)];
    if (isShort(b)) return [0x83, ...modrm(arithmetic, a), ...little(b.value, 1)];
    return [0x81, ...modrm(arithmetic, a), ...little(b.value, sizeOf(a))];
  }
  if (name === "mov" && b !== undefined) {
    if (b.kind !== "immediate") return registerAndMemory(0x88, a, b);
    if (a.kind === "register") return [(a.size === 1 ? 0xb0 : 0xb8) + a.number, ...little(b.value, a.size)];
    const size = sizeOf(a);
    return [size === 1 ? 0xc6 : 0xc7, ...modrm(0, a), ...little(b.value, size)];
  }
  const shift = SHIFTS[name];
  if (shift !== undefined && b?.kind === "immediate") {
    return [sizeOf(a) === 1 ? 0xc0 : 0xc1, ...modrm(shift, a), ...little(b.value, 1)];
  }
  if (shift !== undefined && b?.kind === "register" && b.size === 1 && b.number === 1) {
    return [sizeOf(a) === 1 ? 0xd2 : 0xd3, ...modrm(shift, a)];
  }
  const unary = UNARY[name];
  if (unary !== undefined) return [sizeOf(a) === 1 ? 0xf6 : 0xf7, ...modrm(unary, a)];

  const register = (item: Operand | undefined) =>
    item?.kind === "register" ? item.number : fail("not a register");
  switch (name) {
    case "int":
      return a.kind === "immediate" ? [0xcd, ...little(a.value, 1)] : fail("not a number");
    case "push":
      if (a.kind === "register") return [0x50 + a.number];
      if (a.kind === "memory") return [0xff, ...modrm(6, a)];
      return isShort(a) ? [0x6a, ...little(a.value, 1)] : [0x68, ...little(a.value, 4)];
    case "pop":
      return a.kind === "register" ? [0x58 + a.number] : [0x8f, ...modrm(0, a)];
    case "inc":
      return a.kind === "register" && a.size === 4
        ? [0x40 + a.number]
        : [sizeOf(a) === 1 ? 0xfe : 0xff, ...modrm(0, a)];
    case "dec":
      return a.kind === "register" && a.size === 4
        ? [0x48 + a.number]
        : [sizeOf(a) === 1 ? 0xfe : 0xff, ...modrm(1, a)];
    case "test":
      return [sizeOf(b ?? a) === 1 ? 0x84 : 0x85, ...modrm(register(b), a)];
    case "xchg":
      if (a.kind === "register" && a.number === 0 && b?.kind === "register") return [0x90 + b.number];
      return [0x87, ...modrm(register(a), b ?? a)];
    case "lea":
      return [0x8d, ...modrm(register(a), b ?? a)];
    case "imul":
      return [0x0f, 0xaf, ...modrm(register(a), b ?? a)];
    case "movzx":
      return [0x0f, 0xb6, ...modrm(register(a), b ?? a)];
    case "movsx":
      return [0x0f, 0xbe, ...modrm(register(a), b ?? a)];
    default:
      return fail("unknown instruction");
  }
}

/** Four opcodes in a row: to memory or register (8 bit, wider), then from memory (8 bit, wider). */
function registerAndMemory(opcode: number, to: Operand, from: Operand): number[] {
  if (from.kind === "register") return [opcode + (from.size === 1 ? 0 : 1), ...modrm(from.number, to)];
  if (to.kind === "register") return [opcode + (to.size === 1 ? 2 : 3), ...modrm(to.number, from)];
  return fail("two operands in memory");
}

/** The ModRM byte with what follows it: SIB byte and displacement (SDM volume 2, 2.1.5). */
function modrm(field: number, operand: Operand): number[] {
  const byte = (mod: number, rm: number) => mod * 0x40 + field * 8 + rm;
  if (operand.kind === "register") return [byte(3, operand.number)];
  if (operand.kind === "immediate") return fail("a number cannot stand here");
  const { base, index, displacement } = operand;
  if (index !== undefined) {
    if (base !== undefined) return fail("base and index together are not supported");
    return [byte(0, 4), 0x85 + index * 8, ...little(displacement.value, 4)];
  }
  if (base === undefined) return [byte(0, 5), ...little(displacement.value, 4)];
  const sib = base === 4 ? [0x24] : [];
  if (displacement.value === 0 && !displacement.named && base !== 5) return [byte(0, base), ...sib];
  if (isShort(displacement)) return [byte(1, base), ...sib, ...little(displacement.value, 1)];
  return [byte(2, base), ...sib, ...little(displacement.value, 4)];
}

function operand(text: string, resolve: Resolve): Operand {
  const register = REGISTERS[text];
  if (register !== undefined) return { kind: "register", ...register };
  const [, size, address] = /^(?:(byte|half|word)\s+)?\[(.*)\]$/.exec(text) ?? [];
  if (address === undefined) return { kind: "immediate", ...evaluate(text, resolve) };
  const terms = address.match(/[+-]?[^+-]+/g) ?? [];
  const numberOf = (term: string) => REGISTERS[term.replace("+", "").replace("*4", "").trim()]?.number;
  const base = terms.find((term) => numberOf(term) !== undefined && !term.includes("*"));
  const index = terms.find((term) => numberOf(term) !== undefined && term.includes("*"));
  const rest = terms.filter((term) => term !== base && term !== index).join("");
  return {
    kind: "memory",
    size: size === undefined ? undefined : SIZES[size],
    base: base === undefined ? undefined : numberOf(base),
    index: index === undefined ? undefined : numberOf(index),
    displacement: rest === "" ? { value: 0, named: false } : evaluate(rest, resolve),
  };
}

/** A sum of numbers, characters and names. */
function evaluate(text: string, resolve: Resolve): Value {
  let value = 0;
  let named = false;
  const terms = text.match(/[+-]?\s*('[^']*'|[\w.]+)/g) ?? fail(`not a number: ${text}`);
  for (const term of terms) {
    const sign = term.startsWith("-") ? -1 : 1;
    const word = term.replace(/^[+-]?\s*/, "");
    const number = word.startsWith("'") ? word.charCodeAt(1) : Number(word);
    named ||= Number.isNaN(number);
    value += sign * (Number.isNaN(number) ? resolve(word) : number);
  }
  return { value, named };
}

/** Splits at commas that stand outside quotes. */
function split(text: string): string[] {
  return text === "" ? [] : (text.match(/("[^"]*"|'[^']*'|[^,])+/g) ?? []).map((item) => item.trim());
}

function sizeOf(operand: Operand): Size {
  return operand.kind === "immediate" ? fail("a number cannot stand here") : (operand.size ?? 4);
}

function isShort(value: Value): boolean {
  return !value.named && isByte(value.value);
}

function isByte(value: number): boolean {
  return value >= -128 && value < 128;
}

function little(value: number, size: Size): number[] {
  return Array.from({ length: size }, (_, index) => (value >> (8 * index)) & 0xff);
}

function fail(message: string): never {
  throw new Error(message);
}
