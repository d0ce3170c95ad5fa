/** What an ELF file says of itself, as far as the tests ask. Format: System V ABI, chapters 4 and 5. */

const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const PT_GNU_STACK = 0x6474e551;
const PT_GNU_RELRO = 0x6474e552;
const DT_RPATH = 15;
const DT_TEXTREL = 22;
const DT_RUNPATH = 29;
const EXECUTABLE = 1;

type Machine = "i386" | "x86_64" | "aarch64" | "riscv64";

export interface Elf {
  readonly machine: Machine | number;
  readonly type: "relocatable" | "executable" | "position-independent" | number;
  readonly interpreter: boolean;
  readonly relro: boolean;
  readonly executableStack: boolean;
  readonly textRelocations: boolean;
  /** Whether it says where to look for libraries. */
  readonly searchPath: boolean;
}

const machines: Record<number, Machine> = { 3: "i386", 62: "x86_64", 183: "aarch64", 243: "riscv64" };
const types: Record<number, Elf["type"]> = { 1: "relocatable", 2: "executable", 3: "position-independent" };

/** @returns undefined for a file of another kind */
export function readElf(file: Buffer): Elf | undefined {
  if (file.length < 52 || file.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const wide = file[4] === 2;
  const word = (offset: number) => (wide ? Number(file.readBigUInt64LE(offset)) : file.readUInt32LE(offset));
  const table = word(wide ? 32 : 28);
  const entrySize = file.readUInt16LE(wide ? 54 : 42);
  const segments = Array.from({ length: file.readUInt16LE(wide ? 56 : 44) }, (_, index) => {
    const at = table + index * entrySize;
    return {
      type: file.readUInt32LE(at),
      flags: file.readUInt32LE(at + (wide ? 4 : 24)),
      offset: word(at + (wide ? 8 : 4)),
      size: word(at + (wide ? 32 : 16)),
    };
  });
  const segment = (type: number) => segments.find((one) => one.type === type);
  const stack = segment(PT_GNU_STACK);
  const { offset = 0, size = 0 } = segment(PT_DYNAMIC) ?? {};
  const step = wide ? 16 : 8;
  const tags = Array.from({ length: size / step }, (_, index) => word(offset + index * step));
  return {
    machine: machines[file.readUInt16LE(18)] ?? file.readUInt16LE(18),
    type: types[file.readUInt16LE(16)] ?? file.readUInt16LE(16),
    interpreter: segment(PT_INTERP) !== undefined,
    relro: segment(PT_GNU_RELRO) !== undefined,
    // Where nothing is said, the kernel makes the stack executable.
    executableStack: stack === undefined || (stack.flags & EXECUTABLE) !== 0,
    textRelocations: tags.includes(DT_TEXTREL),
    searchPath: tags.includes(DT_RPATH) || tags.includes(DT_RUNPATH),
  };
}
