/** scripts/vary: builds under conditions that must not matter. */
import { chmodSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { vary } from "../../../scripts/vary.ts";
import { needsBusybox, Project, script } from "./project.ts";

needsBusybox();

/** A project that other users may read. */
function open(text: string): Project {
  const project = new Project([script("it", text)]);
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
