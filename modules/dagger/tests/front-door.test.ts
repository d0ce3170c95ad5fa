/** `dagger call` on this repository: the same bytes as `./stagex`, and what is said to who asks for the wrong. */
import { execFile } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { parseLock } from "@stagex/core";
import { afterAll, describe, expect, it } from "vitest";
import { fetchSources } from "../../../scripts/home.ts";
import { dagger, engineEnvironment, needsEngine } from "./engine.ts";

const execute = promisify(execFile);
const project = join(import.meta.dirname, "../../..");
const lock = parseLock(readFileSync(join(project, "stagex.lock"), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "front-door-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of what `dagger call` reads of the repository, to spoil. */
function copy(name: string): string {
  const to = join(folder, name);
  const unneeded = new Set(["node_modules", "tests", "packages"]);
  for (const part of ["stagex.lock", "modules", "stages"]) {
    cpSync(join(project, part), join(to, part), {
      recursive: true,
      filter: (path) => !unneeded.has(basename(path)),
    });
  }
  return to;
}

// Each call compiles the module anew, so there are few of them.
describe("`dagger call`", { timeout: 600_000 }, () => {
  needsEngine();

  const call = async (...args: string[]) =>
    execute(dagger, ["-s", "call", "--sources", await fetchSources("tinycc"), ...args], {
      cwd: project,
      env: engineEnvironment,
    }).then(
      ({ stdout }) => ({ code: 0, stdout, stderr: "" }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    );

  it("export-pallet gives the layout of `./stagex build-pallet`, to the byte", async () => {
    const [far, near] = [join(folder, "far"), join(folder, "near")];
    expect(await call("export-pallet", "--name", "tinycc", "export", "--path", far)).toMatchObject({
      code: 0,
    });
    await execute(join(project, "stagex"), ["build-pallet", "--name", "tinycc", "--output", near]);
    await execute("diff", ["-r", far, near]);
  });

  it("verify builds again and has the digests of the lock", async () => {
    expect((await call("verify", "--name", "hex1")).stdout).toBe(
      ["hex0", "hex1"].map((name) => `${lock.packages[name]?.tree}  ${name}\n`).join(""),
    );
  });

  it("tells the nearest names of one that is not there", async () => {
    const { code, stderr } = await call("build-package", "--name", "tincyc", "entries");
    expect(stderr).toContain("Cannot find package 'tincyc': because the lock has no package of that name");
    expect(stderr).toContain("Did you mean tinycc?");
    expect(code).toBe(1);
  });

  it("refuses sources that are not there, or are others", async () => {
    const sources = mkdtempSync(join(folder, "sources-"));
    const [source] = lock.packages["tinycc-source"]?.sources ?? [];
    const name = source?.sha256 as string;
    const build = ["build-package", "--name", "tinycc-source", "entries"];
    expect((await call("--sources", sources, ...build)).stderr).toContain(`because there is no file ${name}`);
    writeFileSync(join(sources, name), "other");
    expect((await call("--sources", sources, ...build)).stderr).toContain(
      `because the file ${name} has the sha256`,
    );
  });

  it("refuses a lock that is stale, or was edited", async () => {
    const repository = copy("spoilt");
    const build = ["--repository", repository, "build-package", "--name", "hex1", "entries"];
    appendFileSync(join(repository, "stages/stage0/hex1/hex1.hex0"), ";\n");
    expect((await call(...build)).stderr).toContain("The lock is stale: run `./stagex lock`.");

    const text = readFileSync(join(repository, "stagex.lock"), "utf8");
    writeFileSync(join(repository, "stagex.lock"), text.replace('"/out/hex1"', '"/out/hex2"'));
    expect((await call(...build)).stderr).toContain("the key of hex1 does not match its recipe and inputs");
  });
});
