import { readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { expectAssembled, expectExplained } from "./expect-listing.ts";
import { readListing } from "./listing.ts";
import { source, Workshop } from "./rungs.ts";

const seed = source("seed/hex0");
const workshop = new Workshop();

/** What hex0 makes of `text`, with its exit status. */
function hex0(text: string): { status: number | null; bytes: number[] } {
  workshop.write("in", text);
  const { status } = workshop.run(seed, "in", "out");
  return { status, bytes: [...workshop.read("out")] };
}

describe("the seed", () => {
  it("is at most 180 bytes long", () => {
    expect(statSync(seed).size).toBeLessThanOrEqual(180);
  });

  it("makes itself from its source, bit for bit", () => {
    workshop.make(seed, source("hex0/hex0.hex0"), "hex0");
    expect(workshop.read("hex0")).toEqual(readFileSync(seed));
    expect(workshop.read("hex0").length).toBe(statSync(seed).size);
  });
});

describe("hex0.hex0", () => {
  const lines = readListing(readFileSync(source("hex0/hex0.hex0"), "utf8"));

  it("is what an independent assembler makes of its mnemonics", () => {
    expectAssembled(lines, seed);
  });

  it("says of every byte what it is and why", () => {
    expectExplained(lines);
  });
});

describe("hex0 IN OUT", () => {
  it("turns pairs of digits into bytes, in either case, with any white space", () => {
    expect(hex0("00 7F\tfF\nAb1\n2")).toEqual({ status: 0, bytes: [0x00, 0x7f, 0xff, 0xab, 0x12] });
  });

  it("skips comments that begin with ; or # and end with the line", () => {
    expect(hex0("41 ; 42 # 43\n# 44 ; 45\n46;47\n48")).toEqual({ status: 0, bytes: [0x41, 0x46, 0x48] });
  });

  it("stops at the end of the file, also within a comment", () => {
    expect(hex0("")).toEqual({ status: 0, bytes: [] });
    expect(hex0("41 ; the end")).toEqual({ status: 0, bytes: [0x41] });
  });

  it("joins the digits around a comment", () => {
    expect(hex0("4 ; a comment\n1")).toEqual({ status: 0, bytes: [0x41] });
  });

  it("ignores characters that are no digits, and a last digit without its second", () => {
    expect(hex0("@`/:gG\x00\x80\xff41 4")).toEqual({ status: 0, bytes: [0x41] });
  });

  it("makes OUT executable", () => {
    workshop.remove("out");
    hex0("41");
    expect(statSync(workshop.path("out")).mode & 0o777).toBe(0o755 & ~process.umask());
  });

  it("exits with an error if IN cannot be read, and leaves OUT empty", () => {
    workshop.write("out", "old");
    expect(workshop.run(seed, "missing", "out").status).toBeGreaterThan(0);
    expect(workshop.read("out").length).toBe(0);
    expect(workshop.run(seed).status).toBeGreaterThan(0);
  });

  it("exits with an error if OUT cannot be written", () => {
    workshop.write("in", "41");
    expect(workshop.run(seed, "in", "missing/out").status).toBeGreaterThan(0);
    expect(workshop.run(seed, "in", "/dev/full").status).toBeGreaterThan(0);
  });
});
