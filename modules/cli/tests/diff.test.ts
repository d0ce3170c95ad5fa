/** `stagex diff`: where two trees differ. */
import { describe, expect, test } from "vitest";
import { needsBusybox, Project, script } from "./project.ts";

needsBusybox();

const plain = script("plain", "echo one >/out/file; echo same >/out/other");
const changed = script("changed", "echo two >/out/file; echo same >/out/other; ln -s file /out/link");

const project = new Project([plain, changed]);
const pinned = project.run("pin");

describe("diff", () => {
  test("tells each path that differs, and how, with status 1", async () => {
    await pinned;
    const { status, stdout } = await project.run("diff", "plain", "changed");
    expect([status, stdout.split("\n").slice(0, 2)]).toEqual([
      1,
      ["file: content differs from byte 0 on", "link: only in the second"],
    ]);
  });

  test("takes packages, digests and directories for one another", async () => {
    await pinned;
    const { status, stdout } = await project.run(
      "diff",
      project.tree("plain"),
      project.treePath("plain"),
      "--json",
    );
    expect([status, JSON.parse(stdout)]).toEqual([0, { same: true, differences: [] }]);
    expect(await project.run("diff", "plain", "plain")).toMatchObject({
      status: 0,
      stdout: "no difference\n",
    });
  });

  test.each([
    ["plan", "Did you mean plain?"],
    ["./nowhere", "Cannot compare ./nowhere: because there is no such directory"],
    ["0".repeat(64), `because the store does not have its tree ${"0".repeat(64)}`],
  ])("refuses %s", async (name, says) => {
    await pinned;
    const { status, stderr } = await project.run("diff", "plain", name);
    expect(stderr).toContain(says);
    expect(status).toBe(2);
  });
});
