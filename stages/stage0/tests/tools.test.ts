import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { compilerIn } from "./programs.ts";
import { type Outcome, source, Workshop } from "./rungs.ts";

const workshop = new Workshop();
const path = (name: string) => workshop.path(name);

beforeAll(() => {
  const compile = compilerIn(workshop);
  for (const tool of ["bunzip2", "gunzip", "untar", "patch", "cmp", "install"])
    compile(tool, source(`tools/${tool}.c`), source("tools/tool.c"));
});

beforeEach(() => {
  rmSync(path("work"), { recursive: true, force: true });
  mkdirSync(path("work"));
});

const run = (tool: string, ...args: string[]): Outcome => workshop.run(`./${tool}`, ...args);
const host = (command: string, ...args: string[]): Buffer =>
  execFileSync(command, args, { cwd: path("work") });

const succeeded = { status: 0, stdout: "", stderr: "" };
const failed = (message: string | RegExp) => ({
  status: 1,
  stdout: "",
  stderr: typeof message === "string" ? `${message}\n` : expect.stringMatching(message),
});

/** Writes a file below the work folder, with the folders on the way. */
function write(name: string, content: string | Buffer): string {
  mkdirSync(dirname(path(`work/${name}`)), { recursive: true });
  writeFileSync(path(`work/${name}`), content);
  return `work/${name}`;
}
const read = (name: string): string => readFileSync(path(`work/${name}`), "latin1");

/** Bytes without pattern, the same ones each time. */
function noise(size: number): Buffer {
  let state = 1;
  return Buffer.from(Uint8Array.from({ length: size }, () => (state = (state * 48271) % 0x7fffffff) >> 8));
}

/** The bytes of a gzip header that say when and where it was made. Nothing depends on them. */
const GZIP_ORIGIN = [4, 5, 6, 7, 8, 9];

describe.each([
  { tool: "bunzip2", compressor: "bzip2", free: [] },
  { tool: "gunzip", compressor: "gzip", free: GZIP_ORIGIN },
])("$tool", ({ tool, compressor, free }) => {
  const compress = (content: Buffer, level = 9): Buffer =>
    spawnSync(compressor, ["-c", `-${level}`], { input: content, maxBuffer: 1 << 28 }).stdout;

  const contents: [string, Buffer][] = [
    ["nothing", Buffer.alloc(0)],
    ["one byte", Buffer.from("x")],
    ["text", Buffer.from("how much wood would a woodchuck chuck ".repeat(999))],
    ["long runs", Buffer.concat([4, 5, 255, 259, 260, 100_000].map((length, i) => Buffer.alloc(length, i)))],
    ["all bytes", Buffer.from(Uint8Array.from({ length: 256 }, (_, i) => i))],
    ["noise in several blocks", noise(250_000)],
  ];
  it.each(contents)("restores %s", (_, content) => {
    for (const level of [1, 9]) {
      write("in", compress(content, level));
      expect(run(tool, "work/in", "work/out")).toEqual(succeeded);
      expect(readFileSync(path("work/out")).equals(content)).toBe(true);
    }
  });

  it("joins streams that follow one another", () => {
    write("in", Buffer.concat([compress(Buffer.from("one ")), compress(Buffer.from("two"))]));
    run(tool, "work/in", "work/out");
    expect(read("out")).toBe("one two");
  });

  it("refuses archives with a byte changed or the end cut off, and writes nothing", () => {
    const archive = compress(Buffer.concat([Buffer.from("text ".repeat(50)), noise(300)]));
    for (let position = 0; position < archive.length; position += position < 20 ? 1 : 11) {
      const changed = Buffer.from(archive);
      changed.writeUInt8(changed.readUInt8(position) ^ 0x10, position);
      for (const bad of free.includes(position)
        ? [archive.subarray(0, position)]
        : [changed, archive.subarray(0, position)]) {
        write("in", bad);
        expect(run(tool, "work/in", "work/out"), `byte ${position}`).toEqual(
          failed(new RegExp(`^${tool}: cannot decompress work/in: .*\n$`)),
        );
        expect(existsSync(path("work/out"))).toBe(false);
      }
    }
  });

  it("says what is wrong", () => {
    expect(run(tool, "work/none", "work/out")).toEqual(
      failed(`${tool}: cannot read work/none: No such file or directory`),
    );
    write("in", "a text");
    expect(run(tool, "work/in", "work/out")).toEqual(
      failed(`${tool}: cannot decompress work/in: it is not in ${compressor}'s format`),
    );
    expect(run(tool)).toEqual(failed(`${tool}: cannot decompress: usage: ${tool} IN OUT`));
  });
});

describe("gunzip", () => {
  it("skips the name, the comment, the extra field and the checksum of a header", () => {
    const plain = spawnSync("gzip", ["-cn"], { input: "text" }).stdout;
    const header = Buffer.from("\x1f\x8b\x08\x1e\0\0\0\0\0\x03\x02\0xxname\0comment\0cc", "latin1");
    write("in", Buffer.concat([header, plain.subarray(10)]));
    expect(run("gunzip", "work/in", "work/out")).toEqual(succeeded);
    expect(read("out")).toBe("text");
  });
});

describe("untar", () => {
  const formats = ["ustar", "pax", "gnu"];
  it.each(formats)("restores content, times, links and the right to execute from a %s archive", (format) => {
    const long = `${"folder/".repeat(20)}${"n".repeat(90)}`;
    write("from/empty", "");
    write("from/bin/program", "#!");
    write("from/text", "x".repeat(1000));
    if (format !== "ustar") write(`from/${long}`, "deep");
    symlinkSync("../text", path("work/from/bin/link"));
    host("chmod", "755", "from/bin/program");
    host("ln", "from/text", "from/hard");
    host("touch", "-d", "@1234567890", "from/text", "from/bin/program", "from/bin");
    host("tar", `--format=${format}`, "-cf", "archive", "from");
    expect(run("untar", "--strip", "1", "work/archive", "work/made/to")).toEqual(succeeded);
    expect(host("diff", "-r", "from", "made/to").toString()).toBe("");
    expect(lstatSync(path("work/made/to/bin/program")).mode & 0o777).toBe(0o755);
    expect(lstatSync(path("work/made/to/text")).mode & 0o777).toBe(0o644);
    expect(readlinkSync(path("work/made/to/bin/link"))).toBe("../text");
    for (const name of ["text", "bin/program", "bin"])
      expect(lstatSync(path(`work/made/to/${name}`)).mtimeMs, name).toBe(1234567890000);
    expect(lstatSync(path("work/made/to/hard")).nlink).toBe(2);
  });

  /** A ustar header with a right checksum, followed by its content. */
  function member(
    name: string,
    type: string,
    options: { link?: string; content?: string; size?: number } = {},
  ): Buffer {
    const { link = "", content = "", size = content.length } = options;
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write("0000644\0", 100);
    header.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
    header.write("00000000000\0        ", 136);
    header.write(type, 156);
    header.write(link, 157);
    header.write("ustar\x0000", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0`, 148);
    const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
    body.write(content);
    return Buffer.concat([header, body]);
  }
  const end = Buffer.alloc(1024);
  const untar = (...parts: Buffer[]): Outcome => {
    write("archive", Buffer.concat(parts));
    return run("untar", "work/archive", "work/to");
  };

  it.each(["/etc/x", "../x", "a/../../x", "a/.."])("refuses the name %s", (name) => {
    expect(untar(member(name, "0"), end)).toEqual(failed(/^untar: cannot use the name/));
    expect(existsSync(path("work/x"))).toBe(false);
  });

  it("never writes through a link", () => {
    mkdirSync(path("work/outside"));
    const link = member("way", "2", { link: "../outside" });
    expect(untar(link, member("way/x", "0"), end)).toEqual(
      failed("untar: cannot make work/to/way/x: work/to/way is not a directory"),
    );
    expect(untar(link, member("y", "1", { link: "way/z" }), end).status).toBe(1);
    expect(existsSync(path("work/outside/x"))).toBe(false);
    write("target", "kept");
    untar(member("file", "2", { link: "../target" }), member("file", "0", { content: "new" }), end);
    expect([read("target"), read("to/file")]).toEqual(["kept", "new"]);
  });

  it("refuses hard links to what is outside", () => {
    write("secret", "s");
    expect(untar(member("x", "1", { link: "../secret" }), end).status).toBe(1);
    expect(untar(member("x", "1", { link: path("work/secret") }), end).status).toBe(1);
  });

  it.each(["3", "4", "6"])("refuses devices and FIFOs (type %s)", (type) => {
    expect(untar(member("device", type), end)).toEqual(
      failed("untar: cannot extract work/archive: 'device' is neither file, link nor directory"),
    );
  });

  it("refuses truncated and damaged archives", () => {
    const truncated = failed("untar: cannot extract work/archive: it is truncated");
    expect(untar()).toEqual(truncated);
    expect(untar(member("x", "0", { content: "abc" }))).toEqual(truncated);
    expect(untar(member("x", "0", { size: 1 << 20 }), end)).toEqual(truncated);
    expect(untar(member("x", "0", { size: 0o77777777777 }), end)).toEqual(truncated);
    const changed = member("x", "0");
    changed.write("y");
    expect(untar(changed, end)).toEqual(
      failed("untar: cannot extract work/archive: a header's checksum is wrong"),
    );
    for (const content of ["10 path=x", "999 path=x\n", "0 path=x\n", "-9 path=x\n", "x", "9 pathxx\n"])
      expect(untar(member("x", "x", { content }), member("y", "0"), end), content).toEqual(
        failed("untar: cannot extract work/archive: an extended header is damaged"),
      );
  });
});

describe("patch", () => {
  /** The unified diff from one tree to another, as diff makes it. */
  const diff = (): string =>
    spawnSync("diff", ["-Naur", "a", "b"], { cwd: path("work"), encoding: "utf8" }).stdout;

  const numbers = Array.from({ length: 40 }, (_, index) => `line ${index}\n`);
  const cases: [string, string, string][] = [
    ["changes a line", "1\n2\n3\n", "1\ntwo\n3\n"],
    ["adds at both ends", "1\n2\n", "0\n1\n2\n3\n"],
    ["deletes all but one line", "1\n2\n3\n", "2\n"],
    ["changes in several places", numbers.join(""), numbers.filter((_, index) => index % 9 > 0).join("")],
    ["adds a newline at the end", "1\n2", "1\n2\n"],
    ["takes the newline from the end", "1\n2\n", "1\n2"],
    ["keeps an end without a newline", "1\n2", "one\n2"],
    ["keeps empty lines and lines of minus signs", "\n-- a\n\n-- b\n", "\n-- a\n+++ c\n\n"],
    ["makes a file", "", "new\n"],
    ["empties a file into nothing", "old\n", ""],
  ];
  it.each(cases)("%s", (_, before, after) => {
    for (const tree of ["a", "b"]) write(`${tree}/sub/other`, "same\n");
    if (before) write("a/sub/file", before);
    if (after) write("b/sub/file", after);
    write("change", diff());
    expect(run("patch", "work/a", "work/change")).toEqual(succeeded);
    expect(diff()).toBe("");
  });

  it("keeps the right to execute", () => {
    write("a/file", "1\n");
    host("chmod", "755", "a/file");
    write("change", "--- file\n+++ file\n@@ -1 +1 @@\n-1\n+2\n");
    expect(run("patch", "-p0", "work/a", "work/change")).toEqual(succeeded);
    expect(lstatSync(path("work/a/file")).mode & 0o777).toBe(0o755);
  });

  const hunk = "@@ -1,2 +1,2 @@\n 1\n-2\n+two\n";
  const refused: [string, string, string][] = [
    [
      "another line (fuzz)",
      `--- a/file\n+++ b/file\n${hunk.replace("-2", "-3")}`,
      "line 5: the file has another line here",
    ],
    [
      "an offset",
      `--- a/file\n+++ b/file\n${hunk.replaceAll("1,2", "2,2")}`,
      "line 4: the file has another line here",
    ],
    [
      "a file that is too short",
      "--- a/file\n+++ b/file\n@@ -9 +9 @@\n-1\n+2\n",
      "line 3: the file has fewer lines",
    ],
    ["a truncated hunk", "--- a/file\n+++ b/file\n@@ -1,2 +1,2 @@\n 1\n", "line 5: the hunk is truncated"],
    [
      "a hunk that lies about its length",
      `--- a/file\n+++ b/file\n${hunk.replace("+1,2", "+1,1")}`,
      "line 6: the hunk is longer than it says",
    ],
    ["hunks out of order", `--- a/file\n+++ b/file\n${hunk}${hunk}`, "line 7: the hunk comes too late"],
    ["a hunk without a file", hunk, "line 1: a hunk without a file"],
    [
      "a rename",
      "diff --git a/x b/y\nrename from x\nrename to y\n",
      "line 2: this kind of change is not known here",
    ],
    ["what is no diff", "hello\n", "it is no unified diff"],
  ];
  it.each(refused)("refuses %s, and changes nothing", (_, change, message) => {
    write("a/file", "1\n2\n3\n");
    write("change", change);
    expect(run("patch", "work/a", "work/change")).toEqual(
      failed(`patch: cannot apply work/change: ${message}`),
    );
    expect(read("a/file")).toBe("1\n2\n3\n");
  });

  it("refuses names that lead outside", () => {
    write("file", "1\n2\n");
    for (const name of ["../file", "x/../../file", path("work/file")]) {
      write("change", `--- ${name}\n+++ ${name}\n${hunk}`);
      expect(run("patch", "-p0", "work/a", "work/change")).toEqual(failed(/^patch: cannot use the name/));
    }
    expect(read("file")).toBe("1\n2\n");
  });
});

describe("cmp", () => {
  it("tells whether files are equal, and where they differ", () => {
    write("a", "hello");
    write("b", "hello");
    write("c", "help");
    expect(run("cmp", "work/a", "work/b")).toEqual(succeeded);
    expect(run("cmp", "work/a", "work/c")).toEqual(
      failed("cmp: work/a (5 bytes) and work/c (4 bytes) differ from byte 3 on"),
    );
    expect(run("cmp", "work/a", "work/d")).toEqual(
      failed("cmp: cannot read work/d: No such file or directory"),
    );
    expect(run("cmp", "work/a", "work")).toEqual(failed("cmp: cannot read work: it is not a file"));
  });
});

describe("install", () => {
  it("makes folders and copies files there with their times and the right to execute", () => {
    write("text", "t");
    write("sub/program", "p");
    host("chmod", "700", "sub/program");
    host("touch", "-d", "@1000000000", "text");
    expect(run("install", "work/new/folder", "work/text", "work/sub/program")).toEqual(succeeded);
    expect([read("new/folder/text"), read("new/folder/program")]).toEqual(["t", "p"]);
    expect(lstatSync(path("work/new/folder/program")).mode & 0o777).toBe(0o755);
    expect(lstatSync(path("work/new/folder/text"))).toMatchObject({ mtimeMs: 1e12 });
    expect(run("install", "work/new/folder")).toEqual(succeeded);
  });

  it("fails where a file is missing or stands in the way", () => {
    expect(run("install", "work/new", "work/none")).toEqual(
      failed("install: cannot read work/none: No such file or directory"),
    );
    write("file", "");
    expect(run("install", join("work", "file", "folder"))).toEqual(
      failed("install: cannot make work/file/folder/: work/file is not a directory"),
    );
  });
});
