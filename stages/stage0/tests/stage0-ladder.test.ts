/** Stage 0 as a whole: what each rung gives, and that nothing goes into it but the seed and text. */
import { isUtf8 } from "node:buffer";
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseLock } from "@stagex/core";
import { beforeAll, describe, expect, it } from "vitest";
import { glob } from "zx";
import { source } from "./rungs.ts";

const project = join(import.meta.dirname, "../../..");
const stagex = (...args: string[]) =>
  JSON.parse(execFileSync(join(project, "stagex"), [...args, "--json"], { encoding: "utf8", stdio: "pipe" }));

const lock = parseLock(readFileSync(join(project, "stagex.lock"), "utf8"));
const rungs = Object.entries(lock.packages).filter(([, { stage }]) => stage === 0);
const sources = rungs.flatMap(([, { sources }]) => sources);

const seed = "stages/stage0/seed/hex0";

/** Trees by package name. */
const trees = new Map<string, string>();
beforeAll(() => {
  const { packages } = stagex("build", ...rungs.map(([name]) => name));
  for (const { name, path } of packages) trees.set(name, path);
});

const treeOf = (name: string): string => trees.get(name) as string;
const filesIn = async (folder: string): Promise<string[]> =>
  (await glob("**", { cwd: folder, dot: true })).sort();

describe("the ladder", () => {
  it.each([
    ["hex0", ["hex0"]],
    ["hex1", ["hex1"]],
    ["asm", ["asm"]],
    ["c0", ["c0"]],
    ["cc", ["cc"]],
    ["tools", ["bunzip2", "cmp", "gunzip", "install", "patch", "untar"]],
    ["tinycc-1", ["tinycc-1"]],
  ])("gives with %s its programs and nothing else", async (name, programs) => {
    expect(await filesIn(treeOf(name))).toEqual(programs);
    for (const program of programs) expectProgram(join(treeOf(name), program));
  });

  it("gives with tinycc the compiler, the C library, and the headers of both", async () => {
    const ofCompiler = await filesIn(join(treeOf("tinycc-source"), "src/tinycc/include"));
    const ofLibrary = await filesIn(source("libc/include"));
    expect(await filesIn(treeOf("tinycc"))).toEqual([
      "usr/bin/tcc",
      // cc has no headers of its own, so the library comes with some that TinyCC has.
      ...ofLibrary.filter((file) => !ofCompiler.includes(file)).map((file) => `usr/include/${file}`),
      ...["crt1.o", "crti.o", "crtn.o", "libc.a", "libm.a"].map((file) => `usr/lib/${file}`),
      ...ofCompiler.map((file) => `usr/lib/tcc/include/${file}`),
      "usr/lib/tcc/libtcc1.a",
    ]);
    expectProgram(join(treeOf("tinycc"), "usr/bin/tcc"));
  });
});

/** A static program for i386 Linux that anyone may run: System V ABI, chapter 4. */
function expectProgram(path: string): void {
  const bytes = readFileSync(path);
  const programHeaders = Array.from(
    { length: bytes.readUInt16LE(44) },
    (_, index) => bytes.readUInt32LE(28) + 32 * index,
  );
  expect(bytes.toString("latin1", 0, 5), "32-bit ELF").toBe("\x7fELF\x01");
  expect(bytes.readUInt16LE(18), "machine").toBe(3);
  const types = programHeaders.map((at) => bytes.readUInt32LE(at));
  expect(types, "PT_LOAD").toContain(1);
  expect(types, "PT_INTERP").not.toContain(3);
  expect(lstatSync(path).mode & 0o777).toBe(0o755);
}

describe("the lock of stage 0", () => {
  it("lets one file be executed that was not built: the seed", () => {
    const executable = sources.filter((source) => source.executable);
    expect(executable.map(({ from }) => from)).toEqual([[`project:${seed}`]]);
  });

  it("runs nothing but that, and what a package of stage 0 made", () => {
    for (const [name, { inputs, sources, steps }] of rungs) {
      const given = new Set(
        sources.filter(({ executable }) => !executable).map(({ file }) => `/build/${file}`),
      );
      for (const { argv } of steps) {
        const program = argv[0] as string;
        const made = inputs.some((input) => existsSync(join(treeOf(input), program)));
        const madeBefore = program.startsWith("/build/") && !given.has(program);
        expect(made || madeBefore, `${name}: ${program}`).toBe(true);
      }
    }
  });

  it("takes nothing from elsewhere but TinyCC's source", () => {
    const foreign = sources.filter(({ from }) => !from.some((place) => place.startsWith("project:")));
    expect(foreign.map(({ file }) => file)).toEqual([expect.stringMatching(/^tcc_.*\.orig\.tar\.bz2$/)]);
    for (const [, { inputs }] of rungs)
      for (const input of inputs) expect(lock.packages[input]?.stage, input).toBe(0);
  });
});

describe("what a person has to trust or read", () => {
  /** Text without characters that do not show, such as those that turn the direction of what follows. */
  const isText = (bytes: Buffer): boolean =>
    isUtf8(bytes) && !/[^\P{C}\t\n]|[\p{Zl}\p{Zp}]/u.test(bytes.toString("utf8"));

  it("is text in every file of the project but the seed", async () => {
    const files = await glob("**", {
      cwd: project,
      dot: true,
      ignore: ["**/node_modules/**", ".git/**", "dist*/**", "out/**"],
    });
    expect(files).toContain(seed);
    const notText = files.filter((file) => !isText(readFileSync(join(project, file))));
    expect(notText).toEqual([seed]);
  });

  it("is text in TinyCC's source, too", async () => {
    const files = await filesIn(treeOf("tinycc-source"));
    expect(files.length).toBeGreaterThan(400);
    for (const file of files)
      expect(readFileSync(join(treeOf("tinycc-source"), file)).includes(0), file).toBe(false);
  });

  it("is less than 180 bytes of machine code and 10,000 lines", () => {
    const { trustedBytes, handWrittenLines, patches, generated } = stagex("audit", "tinycc");
    expect(trustedBytes).toEqual([{ file: seed, bytes: statSync(source("seed/hex0")).size }]);
    expect(trustedBytes[0].bytes).toBeLessThanOrEqual(180);
    expect(handWrittenLines).toBeLessThan(10_000);
    expect(handWrittenLines).toBeGreaterThan(1_000);
    expect([patches, generated]).toEqual([[], []]);
  });
});
