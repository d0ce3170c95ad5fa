/**
 * TinyCC's own tests (tests/tests2 in its source), for our TinyCC and for the same source compiled by the host's
 * compilers: they fail the same ones.
 */
import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { hostCompilers } from "../../../scripts/ddc-tinycc.ts";
import { builtTree } from "../../../scripts/home.ts";
import { Root } from "./root.ts";

const compilers = await hostCompilers();

/** Tests that cannot pass here, and why. */
const knownFailures: Readonly<Record<string, string>> = {
  "60_errors_and_warnings":
    "-dt runs pieces of a program in memory and relies on TinyCC's own libc to flush what they print",
  "96_nodata_wanted": "the same: here each piece has a libc of its own",
  "34_array_assignment": "assigns one array to another, which is no C; TinyCC's Makefile leaves it out",
  "95_bitfields": "expects long long to be aligned to 8 bytes, which the ABI of i386 aligns to 4",
  "95_bitfields_ms": "the same",
  "112_backtrace": "needs -b and -bt, which this TinyCC is built without",
  "113_btdll": "needs -bt, and shared libraries",
};

/** What tests2/Makefile says of single tests: options, further sources, arguments of the program. */
const special: Readonly<Record<string, { options?: string[]; args?: string[] }>> = {
  "31_args": { args: ["arg1", "arg2", "arg3", "arg4", "arg5"] },
  "46_grep": { args: ["[^* ]*[:a:d: ]+\\:\\*-/: $", "46_grep.c"] },
  "60_errors_and_warnings": { options: ["-dt", "-run"] },
  "76_dollars_in_identifiers": { options: ["-fdollars-in-identifiers"] },
  "96_nodata_wanted": { options: ["-dt", "-run"] },
  "104_inline": { options: ["104+_inline.c"] },
  "106_pthread": { options: ["-pthread"] },
};

let root: Root;
let names: string[];
beforeAll(async () => {
  root = await Root.of("tinycc-musl", "musl-tcc");
  const source = join(await builtTree("tinycc-patched"), "src/tinycc");
  cpSync(join(source, "tests/tests2"), root.path("work"), { recursive: true });
  names = readdirSync(root.path("work"))
    .filter((file) => /^\d+_.*\.c$/.test(file))
    .map((file) => file.slice(0, -2));
  for (const [index, [command = "", ...options]] of compilers.entries()) {
    const config = join(import.meta.dirname, "../tinycc");
    const output = root.path(`host-tcc-${index}`);
    execFileSync(command, [...options, "-w", "-static", "-I", config, "-o", output, join(source, "tcc.c")]);
  }
});

/** What is compared, without regard to the amount of white space, as the Makefile does. */
const words = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

async function passes(tcc: string, name: string): Promise<boolean> {
  const { options = [], args = [] } = special[name] ?? {};
  const run = options.includes("-run");
  const compiled = await root.run([tcc, ...options, `${name}.c`, ...(run ? [] : ["-o", "program"])]);
  const output = run
    ? compiled.output
    : compiled.output + (compiled.status === 0 ? (await root.run(["./program", ...args])).output : "");
  rmSync(root.path("work/program"), { force: true });
  return words(output) === words(root.read(`work/${name}.expect`).toString());
}

async function failuresOf(tcc: string): Promise<string[]> {
  const failed = [];
  for (const name of names) if (!(await passes(tcc, name))) failed.push(name);
  return failed.sort();
}

describe("TinyCC's own tests", () => {
  it("pass but for those that are known to fail", async () => {
    expect(names.length).toBeGreaterThan(100);
    expect(await failuresOf("/usr/bin/tcc")).toEqual(Object.keys(knownFailures).sort());
  }, 60_000);

  for (const name of ["gcc", "clang"]) {
    const index = compilers.findIndex((compiler) => compiler.join(" ") === name);
    it.skipIf(index < 0)(
      `fail alike for TinyCC compiled by the host's ${name}`,
      { timeout: 60_000 },
      async () => {
        expect(await failuresOf(`/host-tcc-${index}`)).toEqual(Object.keys(knownFailures).sort());
      },
    );
  }
});
