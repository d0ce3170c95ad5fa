/** What holds for every rung that is written as bytes with their meaning beside them. */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { assemble } from "./assembler.ts";
import type { ListingLine } from "./listing.ts";
import { ORIGIN } from "./rungs.ts";

/** Each line's bytes, and all of them together, are what an independent assembler makes of the mnemonics. */
export function expectAssembled(lines: readonly ListingLine[], binary: string): void {
  const assembled = assemble(
    lines.map(({ mnemonic }) => mnemonic),
    ORIGIN,
  );
  for (const [index, { number, mnemonic, code }] of lines.entries()) {
    const bytes = code.map((byte) => Number.parseInt(byte, 16));
    expect(bytes, `line ${number}: ${mnemonic}`).toEqual(assembled[index]);
  }
  expect(Buffer.from(assembled.flat())).toEqual(readFileSync(binary));
}

/** Each line has a mnemonic, and each line with bytes a reason. */
export function expectExplained(lines: readonly ListingLine[]): void {
  for (const { number, code, mnemonic, why } of lines) {
    expect(mnemonic, `line ${number}`).not.toBe("");
    if (code.length > 0) expect(why, `line ${number}`).not.toBe("");
  }
}
