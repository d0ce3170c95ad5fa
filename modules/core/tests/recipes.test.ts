import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { autotools, type RecipeContext, shell, unpack, unpackPatiently } from "../src/index.ts";

const context: RecipeContext = {
  name: "zlib",
  version: "1.3",
  sources: ["zlib-1.3.tar.xz"],
  files: ["zlib/notes.txt", "zlib/one.patch", "zlib/two.patch"],
};
const commands = (steps: ReturnType<typeof unpack>) => steps.map(({ argv }) => argv.join(" "));

test("a script is one step, which ends at the first failure", () => {
  expect(shell("cd x\nmake")).toEqual({ argv: ["/bin/sh", "-euc", "cd x\nmake"] });
});

test("unpacking applies the files that are patches, in the order of their names", () => {
  expect(commands(unpack(context))).toEqual([
    "/bin/mkdir source",
    "/bin/tar -x -f zlib-1.3.tar.xz -C source --strip-components 1",
    "/patch source zlib/one.patch",
    "/patch source zlib/two.patch",
  ]);
});

test("what configure tries out may take long, but an alarm after one second stays", () => {
  const folder = mkdtempSync(join(tmpdir(), "stagex-recipes-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const configures = ["source/configure", "source/lib/configure"].map((path) => join(folder, path));
  mkdirSync(join(folder, "source/lib"), { recursive: true });
  for (const path of configures)
    writeFileSync(path, "alarm (1);\nalarm (2);\n  alarm (60);\nalarm (delay);\n");

  const [program = "", ...options] = unpackPatiently(() => [])(context)[0]?.argv ?? [];
  expect(spawnSync(program, options, { cwd: folder, encoding: "utf8" })).toMatchObject({
    status: 0,
    stderr: "",
  });
  for (const path of configures)
    expect(readFileSync(path, "utf8")).toBe("alarm (1);\nalarm (2000);\n  alarm (60000);\nalarm (delay);\n");
});

describe("autotools", () => {
  test("configures, makes and installs outside of the source", () => {
    const steps = autotools()(context).slice(unpack(context).length);
    expect(commands(steps)).toEqual([
      "/bin/mkdir build",
      "../source/configure --prefix=/usr",
      '/bin/sh -euc exec make -j "$(nproc)" "$@" make',
      "/usr/bin/make install DESTDIR=/out",
      "/bin/rm -rf /out/usr/share/info /out/usr/share/man",
    ]);
    expect(steps.slice(1, 4).map(({ cwd }) => cwd)).toEqual(Array(3).fill("/build/build"));
  });

  test("passes options on as they are, and variables to configure and make", () => {
    const env = { CFLAGS: "-O1 -w" };
    const options = { configure: ["--with-x=a b"], make: ["all", "X=a b"], install: ["install-x"], env };
    const steps = autotools(options)(context).slice(-4, -1);
    expect(steps.map(({ argv }) => argv)).toEqual([
      ["../source/configure", "--prefix=/usr", "--with-x=a b"],
      ["/bin/sh", "-euc", 'exec make -j "$(nproc)" "$@"', "make", "all", "X=a b"],
      ["/usr/bin/make", "install-x", "DESTDIR=/out"],
    ]);
    expect(steps.map((step) => step.env)).toEqual([env, env, env]);
  });
});
