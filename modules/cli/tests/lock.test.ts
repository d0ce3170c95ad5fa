/** From definitions to stagex.lock, and what is wrong with a lock. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { needsBusybox, Project, script } from "./project.ts";

/** A package as a definition file holds it; `needs` and `changes` are TypeScript. */
const definition = (name: string, needs = "", changes = "") =>
  `{ name: "${name}", version: "1", license: "MIT", summary: "A test", needs: [${needs}], build: [{ argv: ["/x"] }], ${changes} }`;

const stage = (number: number, packages: string, before = "") =>
  `${before}\nexport default { number: ${number}, directory: "stages/stage${number}", platform: "linux/386", packages: [${packages}] };\n`;

function projectOf(files: Record<string, string>): Project {
  const project = new Project();
  rmSync(project.lockPath);
  project.write("package.json", '{ "type": "module" }');
  for (const [path, text] of Object.entries(files)) project.write(path, text);
  return project;
}

const twoPackages = {
  "stages/stage0/stage.ts": stage(
    0,
    "low, high",
    `const low = ${definition("low")};\nconst high = ${definition("high", "low")};`,
  ),
  "pallets/all/pallet.ts": `export default { name: "all", summary: "All", packages: [] };\n`,
};

describe.concurrent("stagex lock", () => {
  test("writes the lock of the definitions, which --check then finds current", async () => {
    const project = projectOf(twoPackages);
    const { status, stdout } = await project.run("lock");
    expect([status, stdout]).toEqual([0, expect.stringContaining("2 packages and 1 pallets locked")]);
    expect(Object.keys(project.lock.packages)).toEqual(["high", "low"]);
    expect(project.lock.packages.high?.inputs).toEqual(["low"]);

    expect(await project.run("lock", "--check")).toMatchObject({
      status: 0,
      stdout: "stagex.lock is current\n",
    });
  });

  test("--check names what is stale, and changes nothing", async () => {
    const project = projectOf(twoPackages);
    await project.run("lock");
    const before = readFileSync(project.lockPath, "utf8");
    project.write("stages/stage0/stage.ts", stage(0, `${definition("low")}, ${definition("new")}`));

    const { status, stderr } = await project.run("lock", "--check");
    expect(status).toBe(3);
    expect(stderr).toContain("Cannot accept stagex.lock: because it is stale: new, high differ");
    expect(stderr).toContain("Run `./stagex lock`");
    expect(readFileSync(project.lockPath, "utf8")).toBe(before);
  });

  test("--check without a lock says how to write one", async () => {
    const { status, stderr } = await projectOf(twoPackages).run("lock", "--check");
    expect(status).toBe(3);
    expect(stderr).toMatch(/Cannot read \S+stagex.lock: because there is no such file\n.*`stagex lock`/);
  });

  test("writes a damaged lock anew, and says that its pins are gone", async () => {
    const project = projectOf(twoPackages);
    project.write("stagex.lock", "{");
    const { status, stderr } = await project.run("lock");
    expect([status, stderr]).toEqual([0, expect.stringContaining("all pins were dropped")]);
    expect(Object.keys(project.lock.packages)).toEqual(["high", "low"]);
  });
});

describe.concurrent("the Containerfile beside the lock", () => {
  test("is written by `lock`, is what `plan` prints, and its lack or a change fails --check", async () => {
    const project = projectOf(twoPackages);
    const path = join(project.directory, "Containerfile");
    await project.run("lock");
    const { stdout } = await project.run("plan", "--format", "containerfile");
    expect(readFileSync(path, "utf8")).toBe(stdout);

    writeFileSync(path, "\n", { flag: "a" });
    expect(await project.run("lock", "--check")).toMatchObject({
      status: 3,
      stderr: expect.stringContaining(
        "Cannot accept Containerfile: because it is not what stagex.lock says\n",
      ),
    });
    rmSync(path);
    expect(await project.run("lock", "--check")).toMatchObject({
      status: 3,
      stderr: expect.stringContaining("Cannot accept Containerfile: because it is not there\n"),
    });
  });

  test("is not written over one of somebody else, and then the lock stays as it was too", async () => {
    const project = projectOf({ ...twoPackages, Containerfile: "FROM debian\n" });
    const { status, stderr } = await project.run("lock");
    expect(status).toBe(3);
    expect(stderr).toMatch(/Cannot write \S+Containerfile: because there is one that stagex did not write\n/);
    expect(readFileSync(join(project.directory, "Containerfile"), "utf8")).toBe("FROM debian\n");
    expect(existsSync(project.lockPath)).toBe(false);
  });
});

describe.concurrent("the Dagger modules of the stages", () => {
  const path = "stages/stage0/.dagger/src/index.ts";

  test("are written by `lock` where the project is one, and a change fails --check", async () => {
    const project = projectOf({ ...twoPackages, "dagger.json": "{}" });
    await project.run("lock");
    expect(readFileSync(project.path(path), "utf8")).toContain('this.tree("high")');
    expect((await project.run("lock", "--check")).status).toBe(0);

    project.write(path, "");
    expect(await project.run("lock", "--check")).toMatchObject({
      status: 3,
      stderr: expect.stringContaining(`Cannot accept ${path}: because it is not what stagex.lock says\n`),
    });
  });

  test("are not written elsewhere", async () => {
    const project = projectOf(twoPackages);
    await project.run("lock");
    expect(existsSync(project.path(path))).toBe(false);
  });
});

describe.concurrent("definitions are refused, with the lock left as it is", () => {
  const cases: Record<string, { files: Record<string, string>; says: string }> = {
    "when packages need each other": {
      files: {
        "stages/stage0/stage.ts": stage(
          0,
          "a, b",
          `const a = ${definition("a")};\nconst b = ${definition("b", "a")};\na.needs = [b];`,
        ),
      },
      says: "they need each other in a cycle: a -> b -> a\n",
    },
    "when the files of packages import each other": {
      files: {
        "stages/stage0/stage.ts": stage(
          0,
          "a, b",
          'import { a } from "./a.ts";\nimport { b } from "./b.ts";',
        ),
        "stages/stage0/a.ts": `import { b } from "./b.ts";\nexport const a = ${definition("a", "b")};`,
        "stages/stage0/b.ts": `import { a } from "./a.ts";\nexport const b = ${definition("b", "a")};`,
      },
      says: "in a cycle: stages/stage0/a.ts -> stages/stage0/b.ts -> stages/stage0/a.ts\n",
    },
    "when a stage reaches up": {
      files: {
        "stages/stage0/stage.ts": stage(
          0,
          "low",
          'import { high } from "../stage1/stage.ts";\nconst low = ' + definition("low", "high"),
        ),
        "stages/stage1/stage.ts": stage(1, "high", `export const high = ${definition("high")};`),
      },
      says: "Cannot resolve low: because it is of stage 0 and needs high of stage 1\n",
    },
    "when two packages have one name": {
      files: { "stages/stage0/stage.ts": stage(0, `${definition("same")}, ${definition("same")}`) },
      says: "two packages have the name same\n",
    },
    "when two pallets have one name": {
      files: {
        "pallets/a/pallet.ts": `export default { name: "same", summary: "", packages: [] };`,
        "pallets/b/pallet.ts": `export default { name: "same", summary: "", packages: [] };`,
      },
      says: "two pallets have the name same\n",
    },
    "when a package belongs to no stage": {
      files: { "stages/stage0/stage.ts": stage(0, definition("user", definition("stray"))) },
      says: "Cannot resolve user: because it needs stray, which belongs to no stage\nAdd stray",
    },
    "when a file is not there": {
      files: { "stages/stage0/stage.ts": stage(0, definition("lone", "", 'files: ["src/*.c"]')) },
      says: "no file matches stages/stage0/src/*.c\n",
    },
    "when a seed is not there": {
      files: { "stages/stage0/stage.ts": stage(0, definition("lone", "", 'seeds: ["seed/none"]')) },
      says: "Cannot lock stages/stage0/seed/none: because there is no such file\n",
    },
    "when a file has a syntax error": {
      files: { "stages/stage0/stage.ts": "export default {" },
      says: "Cannot load stages/stage0/stage.ts: because",
    },
    "when a stage has no default export": {
      files: { "stages/stage0/stage.ts": "export const stage = 1;" },
      says: "Cannot load stages/stage0/stage.ts: because it has no default export\n",
    },
  };

  test.each(Object.entries(cases))("%s", async (_, { files, says }) => {
    const project = projectOf(files);
    project.write("stagex.lock", "as it was");
    const { status, stderr } = await project.run("lock");
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/defect|^ {4}at /m);
    expect(status).toBe(3);
    expect(readFileSync(project.lockPath, "utf8")).toBe("as it was");
  });
});

describe.concurrent("a lock is refused", () => {
  const project = new Project([script("low", "true"), script("high", "true")]);
  const good = readFileSync(project.lockPath, "utf8");

  const cases: Record<string, { text: string; because: string }> = {
    "when it is truncated": { text: good.slice(0, good.length / 2), because: "it is truncated or damaged" },
    "when it is empty": { text: "", because: "it is truncated or damaged" },
    "when it is of a newer version": {
      text: good.replace('"stagex": 1', '"stagex": 2'),
      because: "it has format 2, and this program knows 1\nUse the stagex of the commit that wrote it",
    },
    "when a step was edited": {
      text: good.replace('"true"', '"false"'),
      because: "the key of high does not match its recipe and inputs, so it was edited by hand",
    },
    "when its layout was edited": { text: `${good}\n`, because: "it was edited by hand" },
    "when a member was added": { text: good.replace('"epoch"', '"extra": 1, "epoch"'), because: "extra" },
    "when an input is not there": {
      text: good.replace('"inputs": []', '"inputs": ["gone"]'),
      because: "high needs gone, which it does not hold",
    },
    "when its packages need each other": {
      text: good.replace('"inputs": []', '"inputs": ["low"]').replace('"inputs": []', '"inputs": ["high"]'),
      because: "they need each other in a cycle: high -> low -> high",
    },
  };

  test.each(Object.entries(cases))("%s", async (_, { text, because }) => {
    const broken = new Project();
    writeFileSync(broken.lockPath, text);
    const { status, stderr } = await broken.run("build", "high");
    expect(stderr).toContain(because);
    expect(status).toBe(3);
  });

  test("when there is none", async () => {
    rmSync(project.lockPath);
    const { status, stderr } = await project.run("list");
    expect([status, stderr]).toEqual([3, expect.stringContaining("because there is no such file")]);
  });
});

describe.concurrent("a lock that the project's files have left behind", () => {
  needsBusybox();

  test("fails the build that uses such a file, and names it", async () => {
    const project = new Project();
    project.write("stages/stage0/text", "old");
    project.define([script("user", "cp text /out", { files: ["text"] })]);
    project.write("stages/stage0/text", "new");

    const { status, stderr } = await project.run("build", "user");
    expect(status).toBe(3);
    expect(stderr).toContain("Cannot build user: because it cannot use text: stagex.lock names another file");
    expect(stderr).toContain("project:stages/stage0/text: its sha256 is ");
    expect(stderr).toContain("The lock is stale: run `./stagex lock`.");
  });
});
