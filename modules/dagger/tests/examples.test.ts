/** The projects in examples/, which use stagex by Dagger. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, test } from "vitest";
import { fetchSources } from "../../../scripts/home.ts";
import { dagger, engineEnvironment, needsEngine } from "./engine.ts";

const execute = promisify(execFile);
const project = join(import.meta.dirname, "../../..");
const example = (path: string) => join(project, "examples", path);
const greeting = "hello from a compiler that grew from 172 bytes\n";

test("the examples compile one and the same program", () => {
  const [first, second] = ["typescript", "go"].map((sdk) => readFileSync(example(`${sdk}/hello.c`), "utf8"));
  expect(first).toBe(second);
});

test.each([
  ["typescript", "src/index.ts", /\.stage0\(.*?\)\s*\.(\w+)\(/g],
  ["go", "main.go", /\.Stage0\(.*?\)\s*\.(\w+)\(/g],
])("the example in %s uses what stage 0 has", (sdk, file, call) => {
  const used = [...readFileSync(example(`${sdk}/${file}`), "utf8").matchAll(call)];
  expect(used.map(([, name]) => name?.toLowerCase())).toEqual(["tinycc"]);
  const module = readFileSync(join(project, "stages/stage0/.dagger/src/index.ts"), "utf8");
  expect(module).toContain("  tinycc(): Directory {");
});

test("the example in Go is Go, in its usual form", async ({ skip }) => {
  const { code, stdout } = await execute("gofmt", ["-l", example("go/main.go")]).catch((error) => error);
  skip(code === "ENOENT", "gofmt is not installed");
  expect(stdout).toBe("");
  expect(code).toBeUndefined();
});

describe("on an engine", { timeout: 300_000 }, () => {
  needsEngine();
  const call = async (module: string, ...args: string[]) =>
    execute(dagger, ["-s", "-m", module, "call", "--sources", await fetchSources("tinycc"), ...args], {
      env: engineEnvironment,
      cwd: project,
    });

  it.each(["typescript", "go"])("the example in %s compiles and runs its program", async (sdk) => {
    expect((await call(example(sdk), "run")).stdout).toBe(greeting);
  });

  it("the example in TypeScript runs its source in the image of TinyCC", async () => {
    expect((await call(example("typescript"), "script")).stdout).toBe(greeting);
  });
});
