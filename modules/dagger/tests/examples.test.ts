/** The projects in examples/, which use a stage as a Dagger module. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseLock } from "@stagex/core";
import { describe, expect, it, test } from "vitest";
import { fetchSources } from "../../../scripts/sources.ts";
import { dagger, engineEnvironment, needsEngine } from "./engine.ts";

const execute = promisify(execFile);
const project = join(import.meta.dirname, "../../..");
const example = (path: string) => join(project, "examples", path);
const greeting = "hello from a compiler that grew from 172 bytes\n";

test("the examples compile one and the same program", () => {
  const [first, second] = ["typescript", "python"].map((sdk) =>
    readFileSync(example(`${sdk}/hello.c`), "utf8"),
  );
  expect(first).toBe(second);
});

test.each([
  ["typescript", "src/index.ts"],
  ["python", "src/hello/__init__.py"],
])("the example in %s uses what stage 0 has", (sdk, file) => {
  const { dependencies } = JSON.parse(readFileSync(example(`${sdk}/dagger.json`), "utf8"));
  expect(dependencies).toEqual([{ name: "stage0", source: "../../stages/stage0" }]);
  const module = readFileSync(join(project, "stages/stage0/.dagger/src/index.ts"), "utf8");
  const used = [...readFileSync(example(`${sdk}/${file}`), "utf8").matchAll(/stage0\(.*?\)\s*\.(\w+)\(/g)];
  expect(used.map(([, name]) => name)).toEqual(["tinycc"]);
  expect(module).toContain("  tinycc(): Directory {");
  expect(parseLock(readFileSync(join(project, "stagex.lock"), "utf8")).packages.tinycc?.stage).toBe(0);
});

test("the example in Python is Python", async ({ skip }) => {
  const check = "import ast, sys; ast.parse(open(sys.argv[1]).read())";
  const args = ["-c", check, example("python/src/hello/__init__.py")];
  const failure = await execute("python3", args).then(
    () => undefined,
    (error) => error,
  );
  skip(failure?.code === "ENOENT", "python3 is not installed");
  expect(failure).toBeUndefined();
});

describe("on an engine", { timeout: 300_000 }, () => {
  needsEngine();
  const call = async (module: string, ...args: string[]) =>
    execute(dagger, ["-s", "-m", module, "call", "--sources", await fetchSources("tinycc"), ...args], {
      env: engineEnvironment,
      cwd: project,
    });

  it("the example in TypeScript compiles and runs its program", async () => {
    expect((await call(example("typescript"), "run")).stdout).toBe(greeting);
  });

  it("the example in Python does so, too", async ({ skip }) => {
    const { stdout, stderr } = await call(example("python"), "run").catch((error) => error);
    skip(/failed to load sdk/.test(stderr), "the engine has no Python SDK");
    expect(stdout).toBe(greeting);
  });
});
