/** All that root can do here, an ordinary user can do, too. */
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, statSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { needsBusybox, Project, pallet, script } from "./project.ts";

needsBusybox();

const low = script(
  "low",
  "mkdir -p /out/closed/deep; echo low >/out/closed/low; chmod 500 /out/closed/deep /out/closed",
);
const high = script("high", "cat /closed/low >/out/high", { needs: [low] });
const failing = script("failing", "mkdir /out/closed; chmod 0 /out/closed; exit 1");

/** What starts a command as another user. */
const asOther = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];

describe("an ordinary user", () => {
  beforeEach((context) => {
    context.skip(process.getuid?.() !== 0, "only root can become another user");
    const [command = "", ...args] = [...asOther, "test", "-r", import.meta.filename];
    context.skip(spawnSync(command, args).status !== 0, "other users cannot read the project");
  });

  /** The project, its home, and all that is above them for that user to reach. */
  const projectOfUser = (...args: ConstructorParameters<typeof Project>) => {
    const project = new Project(...args);
    mkdirSync(project.home);
    for (const path of [project.directory, project.lockPath, project.home]) chownSync(path, 65534, 65534);
    chmodSync(project.path(".."), 0o755);
    const run = (...line: string[]) => project.start(line, { prefix: asOther }).ended;
    return { project, run };
  };

  test("builds, pins, verifies, and gets the same trees as root", async () => {
    const { project, run } = projectOfUser([low, high], [pallet("both", low, high)]);
    for (const args of [["pin"], ["build-pallet", "--name", "both"], ["verify", "both"], ["gc"]]) {
      const { status, stderr } = await run(...args);
      expect(status, stderr).toBe(0);
    }
    expect(statSync(project.treePath("low")).uid).toBe(65534);
    expect(project.leftovers()).toEqual([]);

    chmodSync(project.directory, 0o755);
    project.home = project.path("home-of-root");
    expect(await project.run("build", "high")).toMatchObject({ status: 0 });
    expect(project.trees()).toContain(project.tree("high"));
  });

  test("can fail again and again, and collect the garbage of it", async () => {
    const { project, run } = projectOfUser([failing]);
    for (const _ of [1, 2]) expect((await run("build", "failing")).stderr).toContain("exit status 1");
    expect(await run("gc")).toMatchObject({ status: 0 });
    expect(project.leftovers()).toEqual([]);
  });

  test("keeps root out of a closed folder, who is told so", async () => {
    const { project } = projectOfUser([low]);
    const { status, stderr } = await project.run("build", "low");
    expect(stderr).toMatch(
      /a folder above \S+ belongs to another user and is closed to others\nSet STAGEX_HOME/,
    );
    expect(status).toBe(5);
  });
});

test("a setting that forbids the sandbox is named, with what to do", async () => {
  const project = new Project([low]);
  const forbidding = 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$@"';
  const prefix = ["unshare", "--user", "--map-root-user", "sh", "-c", forbidding, "sh"];
  const { status, stderr } = await project.start(["build", "low"], { prefix }).ended;
  expect(stderr).toContain("the setting user.max_user_namespaces forbids it");
  expect(stderr).toContain("Run `sysctl user.max_user_namespaces=");
  expect(status).toBe(5);
});
