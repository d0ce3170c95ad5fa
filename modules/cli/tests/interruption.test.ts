/** Runs that are interrupted, killed, or not alone: nothing is left running, nothing half-done is used. */
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { pinTrees } from "@stagex/core";
import { Store } from "@stagex/store";
import { describe, expect, test } from "vitest";
import { descendants, survivors } from "./processes.ts";
import { needsBusybox, Project, type Running, script } from "./project.ts";

needsBusybox();

/** Waits until the build of `it` says that it has begun. @returns all processes of the run */
async function begun(project: Project, running: Running) {
  const log = project.path("home/logs/it.log");
  await running.until(() => existsSync(log) && readFileSync(log, "utf8").includes("begun"));
  return descendants(running.pid);
}

/** With a child of its own, which no signal to the driver reaches, and half an output. */
const endless = () => new Project([script("it", "echo half >/out/x; echo begun; sleep 1000 & sleep 1000")]);

describe.concurrent("an interrupted build", () => {
  test.each(["SIGINT", "SIGTERM"] as const)(
    "ends at %s with status 130 and leaves nothing",
    async (signal) => {
      const project = endless();
      const running = project.start(["build", "it"]);
      const processes = await begun(project, running);
      expect(processes.length).toBeGreaterThanOrEqual(4);

      running.process.kill(signal);
      const { status, stdout, stderr } = await running.ended;
      expect(stderr).toBe("stagex: interrupted; nothing half-built was kept\n");
      expect([status, stdout]).toEqual([130, ""]);
      expect(await survivors(processes)).toEqual([]);
      expect([project.trees(), project.leftovers()]).toEqual([[], []]);
    },
  );

  test("starts nothing further, and keeps what was done before", async () => {
    const before = script("before", "echo >/out/x");
    const it = script("it", "echo begun; sleep 1000", { needs: [before] });
    const project = new Project([before, it, script("after", "echo >/out/after", { needs: [it] })]);
    const running = project.start(["build", "--keep-going", "--jobs", "1", "after"]);
    await begun(project, running);
    running.process.kill("SIGINT");
    expect((await running.ended).stderr).toMatch(/^built {4}before .*\nstagex: interrupted/);

    expect(project.trees()).toHaveLength(1);
    project.define([before]);
    expect((await project.run("build", "before")).stdout).toContain("0 built, 1 reused");
  });

  test("waits for another process no longer", async () => {
    const project = endless();
    const first = project.start(["build", "it"]);
    await begun(project, first);
    const second = project.start(["build", "it"]);
    await second.until(() => project.leftovers().filter((name) => name.startsWith("session-")).length === 2);
    second.process.kill("SIGINT");
    expect((await second.ended).status).toBe(130);
    expect(first.process.exitCode).toBe(null);
    first.process.kill("SIGINT");
    expect((await first.ended).status).toBe(130);
  });

  test("leaves nothing of a verification, either", async () => {
    const project = endless();
    project.lock = pinTrees(project.lock, new Map([["it", "0".repeat(64)]]));
    const running = project.start(["verify", "it"]);
    const processes = await begun(project, running);
    running.process.kill("SIGINT");
    expect((await running.ended).status).toBe(130);
    expect(await survivors(processes)).toEqual([]);
    expect([project.trees(), project.leftovers()]).toEqual([[], []]);
  });
});

describe.concurrent("a killed driver", () => {
  test("takes all its processes with it", async () => {
    const project = endless();
    const running = project.start(["build", "it"]);
    const processes = await begun(project, running);
    running.process.kill("SIGKILL");
    await running.ended;
    expect(await survivors(processes)).toEqual([]);
  });

  test("does not keep another from building the same thing at once", async () => {
    const project = endless();
    const running = project.start(["build", "it"]);
    await begun(project, running);
    running.process.kill("SIGKILL");
    await running.ended;

    const other = project.start(["build", "it"]);
    await sleep(100);
    await begun(project, other);
    await other.until(() => descendants(other.pid).length >= 4);
    other.process.kill("SIGINT");
    expect((await other.ended).status).toBe(130);
  });

  test("at any moment leaves a store whose trees are whole, and that the next run uses", async () => {
    const first = script("first", "mkdir /out/d; seq 1000 >/out/d/x; cp /build/bin/busybox /out/first");
    const second = script("second", "cp /first /out/second; seq 2000 >/out/y", { needs: [first] });
    const project = new Project([first, second]);
    for (const milliseconds of [60, 120, 180, 220, 260, 300, 350]) {
      const running = project.start(["build", "second"]);
      await sleep(milliseconds);
      const processes = descendants(running.pid);
      running.process.kill("SIGKILL");
      await running.ended;
      expect(await survivors(processes)).toEqual([]);
    }

    expect(await project.run("build", "second")).toMatchObject({ status: 0 });
    const store = await Store.open(project.path("home/store"));
    for (const tree of store.list()) await store.verify(tree);
    await store.close();

    expect(await project.run("gc")).toMatchObject({ status: 0 });
    expect(project.leftovers()).toEqual([]);
  });
});

describe.concurrent("two processes", () => {
  test("that build the same thing at once: one builds, the other takes it over", async () => {
    const project = new Project([script("it", "sleep 1; echo >/out/x")]);
    const results = await Promise.all([project.run("build", "it"), project.run("build", "it")]);
    expect(results.map(({ status }) => status)).toEqual([0, 0]);
    const summaries = results.map(({ stdout }) => /\d built, \d reused/.exec(stdout)?.[0]);
    expect(summaries.sort()).toEqual(["0 built, 1 reused", "1 built, 0 reused"]);
  });

  test("do not collect each other's garbage", async () => {
    const project = endless();
    const running = project.start(["build", "it"]);
    await begun(project, running);
    const { status, stderr } = await project.run("gc");
    expect(stderr).toContain(
      "Cannot collect the store's garbage: because another stagex uses the store\nWait",
    );
    expect(status).toBe(5);
    running.process.kill("SIGINT");
    await running.ended;
  });
});
