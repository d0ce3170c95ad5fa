import { readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { expectAssembled, expectExplained } from "./expect-listing.ts";
import { readListing } from "./listing.ts";
import { source, Workshop } from "./rungs.ts";

const workshop = new Workshop();
const hex1 = workshop.hex1();

/** The bytes that hex1 makes of `text`; throws its message. */
function bytesOf(text: string): number[] {
  workshop.write("in", text);
  workshop.remove("out");
  const { status, stderr } = workshop.run(hex1, "in", "out");
  if (status !== 0) throw new Error(stderr);
  return [...workshop.read("out")];
}

describe("hex1.hex0", () => {
  const lines = readListing(readFileSync(source("hex1/hex1.hex0"), "utf8"));

  it("is what an independent assembler makes of its mnemonics", () => {
    expectAssembled(lines, hex1);
  });

  it("says of every byte what it is and why", () => {
    expectExplained(lines);
  });
});

describe("hex1 IN OUT", () => {
  it("understands hex0, itself included", () => {
    expect(bytesOf("00 7F ; comment\n# comment\nfF")).toEqual([0x00, 0x7f, 0xff]);
    workshop.make(hex1, source("hex1/hex1.hex0"), "again");
    expect(workshop.read("again")).toEqual(readFileSync(hex1));
  });

  it("writes distances to labels before and behind: 8 bits with >, 32 bits with >>", () => {
    expect(bytesOf(":a 90 >a >b >>a >>b :b")).toEqual([
      0x90, 0xfe, 0x08, 0xf9, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00,
    ]);
  });

  it("reaches 127 bytes forward and 128 back with >", () => {
    expect(bytesOf(`>b ${"90 ".repeat(127)}:b`)[0]).toBe(127);
    expect(bytesOf(`:a ${"90 ".repeat(127)}>a`).at(-1)).toBe(0x80);
    expect(() => bytesOf(`>b ${"90 ".repeat(128)}\n:b`)).toThrow(/^hex1: >b/);
    expect(() => bytesOf(`:a ${"90 ".repeat(128)}\n>a`)).toThrow("hex1: >a\n");
  });

  it("writes addresses with =, for an image at 0x08048000", () => {
    expect(bytesOf("=a :a =a")).toEqual([0x04, 0x80, 0x04, 0x08, 0x04, 0x80, 0x04, 0x08]);
  });

  it("takes names of any length, up to the next white space", () => {
    const long = "x".repeat(5000);
    expect(bytesOf(`:${long}\n:${long}y 90 >${long} >${long}y`)).toEqual([0x90, 0xfe, 0xfd]);
    expect(bytesOf(":a,b;c 90 >a,b;c")).toEqual([0x90, 0xfe]);
  });

  it("makes OUT executable", () => {
    bytesOf("90");
    expect(statSync(workshop.path("out")).mode & 0o777).toBe(0o755 & ~process.umask());
  });

  it.each([
    ["a label that is not defined", "90\n75 >nowhere ; jne\n90", "hex1: 75 >nowhere ; jne\n"],
    ["a label that is defined twice", ":a\n:a ; again", "hex1: :a ; again\n"],
    ["a name that is missing", "90\n= ; nothing", "hex1: = ; nothing\n"],
    ["what is no digit", "90\n9x\n", "hex1: 9x\n"],
    ["half a byte", "90\n4\n41", "hex1: 4\n"],
    ["half a byte at the end", "4", "hex1: 4\n"],
  ])("prints the line with %s, and writes nothing", (_, text, message) => {
    expect(() => bytesOf(text)).toThrow(message);
    expect(() => workshop.read("out")).toThrow("ENOENT");
  });

  it("prints how it is used if IN cannot be read, is empty, or OUT is missing", () => {
    const usage = { status: 1, stdout: "", stderr: "hex1: usage: hex1 IN OUT\n" };
    workshop.write("empty", "");
    expect(workshop.run(hex1)).toEqual(usage);
    expect(workshop.run(hex1, "in")).toEqual(usage);
    expect(workshop.run(hex1, "missing", "out")).toEqual(usage);
    expect(workshop.run(hex1, "empty", "out")).toEqual(usage);
  });

  it("says so if OUT cannot be written", () => {
    workshop.write("in", "41");
    for (const out of ["missing/out", "/dev/full"]) {
      expect(workshop.run(hex1, "in", out)).toEqual({
        status: 1,
        stdout: "",
        stderr: "hex1: cannot write OUT\n",
      });
    }
  });
});
