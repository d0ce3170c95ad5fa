/** scripts/vary: builds under conditions that must not matter. */
import { chmodSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { CONDITIONS, vary } from "../../../scripts/vary.ts";
import { needsBusybox, Project, pallet, script } from "./project.ts";

needsBusybox();

function open(text: string): Project {
  return readable(new Project([script("it", text)]));
}

/** Other users may read it. */
function readable(project: Project): Project {
  for (const folder of [dirname(project.directory), project.directory]) chmodSync(folder, 0o755);
  return project;
}

test("a package that depends on its steps alone is equal", async () => {
  expect(await vary("it", open("echo same >/out/x"))).toMatchObject({ equal: true, pinned: null });
});

test.each([
  ["the number of processors", "taskset -p $$ >/out/x"],
  ["the kernel's version", "uname -r >/out/x"],
  ["the order of a directory", "mkdir d; for n in 1 2 3 4 5 6 7 8 9; do echo >d/$n; done; ls -U d >/out/x"],
])("a package that depends on %s is found", async (_, text) => {
  const { equal, trees } = await vary("it", open(text));
  expect(new Set(trees).size).toBe(2);
  expect(equal).toBe(false);
});

test("a package that fails tells why", async () => {
  const { equal, trees } = await vary("it", open("exit 3"));
  expect(trees.join()).toContain("it ended with exit status 3");
  expect(equal).toBe(false);
});

test("a single build is compared with the lock alone, and nothing is equal that the lock does not pin", async () => {
  const project = open("echo same >/out/x");
  const once = CONDITIONS.slice(1);
  expect(await vary("it", project, once)).toMatchObject({ equal: false, pinned: null });
  await project.run("pin");
  expect(await vary("it", project, once)).toMatchObject({ equal: true, trees: [project.tree("it")] });
});

test("a tree that is as pinned goes into the store that lacks it", async () => {
  const project = open("echo same >/out/x");
  await project.run("pin");
  rmSync(project.home, { recursive: true });
  await vary("it", project);
  expect(project.trees()).toEqual([project.tree("it")]);
});

test("a package is told from a pallet of the same name", async () => {
  const packages = ["other", "it"].map((name) => script(name, `echo ${name} >/out/${name}`));
  const project = readable(new Project(packages, [pallet("it", ...packages)]));
  await project.run("pin");
  expect(await vary("it", project)).toMatchObject({ equal: true, pinned: project.tree("it") });
});
