/**
 * Reads the three columns of a rung written as bytes: `bytes ; mnemonic # why`.
 *
 * In hex0 a label is a mnemonic of its own (`; name:`); in hex1 it stands in the first column (`:name`).
 */
export interface ListingLine {
  number: number;
  /** Bytes and references, as they stand in the first column. */
  code: string[];
  /** An instruction, a data directive, `label:` or nothing. */
  mnemonic: string;
  why: string;
}

const COLUMNS = /^(?<code>[^;]*);(?<mnemonic>(?:"[^"]*"|'[^']*'|[^#"'])*)(?:#(?<why>.*))?$/;

/** All lines of a listing but comments and empty ones. */
export function readListing(text: string): ListingLine[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.startsWith(";") || line.trim() === "") return [];
    const number = index + 1;
    const label = /^:(\S+)/.exec(line)?.[1];
    if (label !== undefined) return [{ number, code: [], mnemonic: `${label}:`, why: "" }];
    const { code = line, mnemonic = "", why = "" } = COLUMNS.exec(line)?.groups ?? {};
    return [{ number, code: code.split(" ").filter(Boolean), mnemonic: mnemonic.trim(), why: why.trim() }];
  });
}

/**
 * The bytes that the first column stands for, line by line, given the addresses of labels.
 * `lengths` are the lines' lengths in bytes, `origin` is the address of the first.
 */
export function resolveListing(lines: ListingLine[], lengths: number[], origin: number): number[][] {
  const starts = lengths.map((_, index) =>
    lengths.slice(0, index).reduce((sum, length) => sum + length, origin),
  );
  const labels = new Map(
    lines.map(({ mnemonic }, index) => [mnemonic.replace(/:$/, ""), starts[index] ?? 0]),
  );
  return lines.map(({ code, number }, index) => {
    let address = starts[index] ?? 0;
    return code.flatMap((item) => {
      const bytes = resolve(item, address, (label) => {
        const target = labels.get(label);
        if (target === undefined) throw new Error(`line ${number}: unknown label ${label}`);
        return target;
      });
      address += bytes.length;
      return bytes;
    });
  });
}

function resolve(item: string, address: number, target: (label: string) => number): number[] {
  const bytes = (value: number, size: number) =>
    Array.from({ length: size }, (_, i) => (value >> (8 * i)) & 0xff);
  if (item.startsWith(">>")) return bytes(target(item.slice(2)) - (address + 4), 4);
  if (item.startsWith(">")) return bytes(target(item.slice(1)) - (address + 1), 1);
  if (item.startsWith("=")) return bytes(target(item.slice(1)), 4);
  return [Number.parseInt(item, 16)];
}
