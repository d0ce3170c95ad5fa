/** A look into a package's sandbox. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "@stagex/core";
import { describe, expect, test } from "vitest";
import { needsBusybox, Project, script } from "./project.ts";

needsBusybox();

const shell = (...words: string[]) => ["shell", "it", "--", "/build/bin/busybox", "sh", "-c", ...words];
const good = () => new Project([script("it", "echo >/out/x")]);

describe.concurrent("shell, without a failed build", () => {
  test("runs a command where the first step would begin, with its variables alone", async () => {
    const { status, stdout } = await good().start(shell("pwd; ls /; echo $PATH $SECRET $SOURCE_DATE_EPOCH"), {
      env: { SECRET: "secret" },
    }).ended;
    expect(stdout).toBe("/build\nbuild\ndev\nout\nproc\ntmp\n/usr/bin:/bin 1767225600\n");
    expect(status).toBe(0);
  });

  test("throws away what the command changes", async () => {
    const project = good();
    const { stderr } = await project.run(...shell("touch /out/x"));
    expect(stderr).toContain("it: as the first step finds it; what you change is thrown away\n");
    expect(project.leftovers()).toEqual([]);
  });

  test("ends as the command does", async () => {
    expect(await good().run(...shell("exit 7"))).toMatchObject({ status: 7 });
    expect(await good().run(...shell("kill -9 $$"))).toMatchObject({ status: 137 });
  });

  test("reads from where the command line reads", async () => {
    const project = good();
    const [command = "", ...rest] = ["sh", "-c", 'echo text | "$@"', "sh"];
    const { stdout } = await project.start(shell("cat"), { prefix: [command, ...rest] }).ended;
    expect(stdout).toBe("text\n");
  });

  test("has the terminal of the command line", async () => {
    const { stdout } = await good().start(shell("test -t 0 && test -t 1 && stty size"), { terminal: "" })
      .ended;
    expect(stdout).toContain("24 80");
  });

  test("says what to do where there is no shell", async () => {
    expect(await good().run("shell", "it")).toMatchObject({
      status: 2,
      stderr:
        "stagex: Cannot open a shell in the sandbox of it: because its root has no /bin/sh\n" +
        "Name a program that it has, as in `stagex shell it -- PROGRAM ARGUMENT...`.\n",
    });
  });

  test("says which program is not there", async () => {
    const { status, stderr } = await good().run("shell", "it", "--", "/bin/none");
    expect(stderr).toContain("Cannot run '/bin/none': because the sandbox has no /bin/none: No such file");
    expect(status).toBe(1);
  });
});

describe.concurrent("shell, after a failed build", () => {
  test("begins as the failed step left it, in its folder and with its variables", async () => {
    const sh = (text: string) => run("/build/bin/busybox", "sh", "-c", text);
    const project = new Project([
      script("it", "", {
        build: [
          sh("mkdir made; echo one >made/one"),
          { ...sh("echo two >two; exit 1"), cwd: "/build/made", env: { WHICH: "second" } },
          sh("echo never"),
        ],
      }),
    ]);
    await project.run("build", "it");

    const { stdout, stderr } = await project.run(...shell("pwd; ls; echo $WHICH; echo mine >three"));
    expect(stdout).toBe("/build/made\none\ntwo\nsecond\n");
    expect(stderr).toMatch(/^it: as step 2 of 3 left it in \S+failed\/it; it was\n {2}\S+ sh -c echo two/m);
    expect((await project.run(...shell("ls"))).stdout).toBe("one\nthree\ntwo\n");
  });

  test("a build that succeeds ends that", async () => {
    const project = new Project([script("it", "exit 1")]);
    await project.run("build", "it");
    project.define([script("it", "echo >/out/x")]);
    await project.run("build", "it");
    expect(existsSync(join(project.home, "failed/it"))).toBe(false);
    expect((await project.run(...shell("true"))).stderr).toContain("as the first step finds it");
  });
});
