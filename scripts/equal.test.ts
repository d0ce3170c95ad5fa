import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { type Lock, parseLock } from "../modules/core/src/index.ts";
import { engineEnvironment, needsEngine } from "../modules/dagger/tests/engine.ts";
import { table } from "./equal.ts";

const project = join(import.meta.dirname, "..");
const lock = parseLock(readFileSync(join(project, "stagex.lock"), "utf8"));
const hex0 = lock.packages.hex0?.tree as string;

const equal = (env: NodeJS.ProcessEnv, ...args: string[]) =>
  promisify(execFile)(join(project, "scripts/equal"), args, { env }).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: "" }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );

describe("the table", () => {
  const other = "0".repeat(64);
  const gave = (digest: string) => new Map([["hex0", digest]]);

  test("has the digest on which all agree", () => {
    const found = new Map([
      ["sandbox", gave(hex0)],
      ["dagger", gave(hex0)],
    ]);
    expect(table(lock, ["hex0"], found)).toEqual({
      equal: true,
      text: `hex0  ${hex0}  sandbox = dagger = lock`,
    });
  });

  test("tells what each gave where they differ", () => {
    const found = new Map([
      ["sandbox", gave(hex0)],
      ["dagger", gave(other)],
    ]);
    expect(table(lock, ["hex0"], found)).toEqual({
      equal: false,
      text: `hex0  DIFFERENT\n  ${hex0}  sandbox\n  ${other}  dagger\n  ${hex0}  lock`,
    });
  });

  test("does not accept what all agree on but the lock", () => {
    const found = new Map([
      ["sandbox", gave(other)],
      ["dagger", gave(other)],
    ]);
    expect(table(lock, ["hex0"], found).equal).toBe(false);
    const open = { ...lock, packages: { hex0: { ...lock.packages.hex0, tree: null } } } as Lock;
    expect(table(open, ["hex0"], found).equal).toBe(true);
  });
});

test.each([["--nothing"], ["--with", "docker"], ["tincyc"]])(
  "%s is a wrong command line",
  async (...args) => {
    expect((await equal(process.env, ...args)).code).toBe(2);
  },
);

test("it tells which executors are not there", async () => {
  const { PATH, HOME, STAGEX_HOME } = process.env;
  const { code, stdout } = await equal({ PATH, HOME, STAGEX_HOME }, "--with", "sandbox", "hex1");
  expect(stdout).toContain("without dagger: _EXPERIMENTAL_DAGGER_RUNNER_HOST is not set\n");
  expect(stdout).toMatch(/^hex0 {2}[0-9a-f]{64} {2}sandbox = lock\nhex1 {2}[0-9a-f]{64} {2}sandbox = lock$/m);
  expect(code).toBe(0);
});

describe("on an engine", () => {
  needsEngine();

  test("every package and pallet of stage 0 has the digest of the lock", { timeout: 300_000 }, async () => {
    const { code, stdout } = await equal(
      { ...process.env, ...engineEnvironment },
      "--stage",
      "0",
      "--with",
      "sandbox,dagger",
    );
    for (const name of ["tinycc", "pallet tinycc"]) {
      expect(stdout).toMatch(new RegExp(`^${name} +[0-9a-f]{64} {2}sandbox = dagger = lock$`, "m"));
    }
    expect(code).toBe(0);
  });
});
