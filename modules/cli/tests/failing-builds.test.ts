/** What a build may do wrong, and what a user is told and left with. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { needsBusybox, Project, script } from "./project.ts";

needsBusybox();

interface Fault {
  script: string;
  says: string | RegExp;
  options?: string[];
}

const steps: Record<string, Fault> = {
  fails: {
    script: "echo before >/out/x; exit 3",
    says: /Cannot build it: because it cannot run '[^']+ sh -c echo before >.*': it ended with exit status 3\n/,
  },
  "is killed by a signal": { script: "kill -9 $$", says: ": it was killed by SIGKILL\n" },
  "runs past the time limit": {
    script: "sleep 600",
    options: ["--time-limit", "1"],
    says: ": the build ran longer than its limit of 1 s\nRaise --time-limit",
  },
  "uses more memory than the limit": {
    script: "x=xxxxxxxx; while :; do x=$x$x; done",
    options: ["--memory-limit", "64"],
    says: ": the build used more memory than its limit of 64 MiB\nRaise --memory-limit",
  },
  "writes nothing to /out": { script: "true", says: ": its steps wrote nothing to /out\n" },
};

const outputs: Record<string, Fault> = {
  "a FIFO": { script: "mkdir /out/d; mkfifo /out/d/p", says: '"d/p" is a FIFO' },
  "a set-uid file": { script: "echo >/out/x; chmod 4755 /out/x", says: '"x" has the set-uid bit' },
  "a set-gid directory": { script: "mkdir /out/x; chmod 2755 /out/x", says: '"x" has the set-gid bit' },
  "a symlink that leads out": {
    script: "mkdir /out/d; ln -s ../../etc /out/d/l",
    says: 'the symlink "d/l" leads out of the tree, to "../../etc"',
  },
  "a name that is not UTF-8": {
    script: "echo >/out/$(printf '\\377')",
    says: "has a name that is not UTF-8",
  },
};

describe.concurrent("a build fails when its step", () => {
  test.each(Object.entries(steps))("%s", async (_, fault) => expectFailure(fault));
});

describe.concurrent("a build fails when it leaves in /out", () => {
  test.each(Object.entries(outputs))("%s", async (_, fault) => expectFailure(fault));

  test("a socket", async () => {
    const project = new Project();
    project.write("stages/stage0/bin/bind", socketMaker);
    project.define([script("it", "", { seeds: ["bin/bind"], build: [{ argv: ["/build/bin/bind"] }] })]);
    const { status, stderr } = await project.run("build", "it");
    expect([status, stderr]).toEqual([1, expect.stringContaining('"s" is a socket')]);
  });

  test("a device, which it cannot even make", async () => {
    await expectFailure({ script: "mknod /out/null c 1 3", says: "exit status 1" });
  });
});

/** A program for x86_64 that binds a Unix socket to /out/s, which busybox cannot do. */
const socketMaker = Buffer.from(
  `7f454c46 02010100 0000000000000000 0200 3e00 01000000 7800400000000000 4000000000000000 0000000000000000
  00000000 4000 3800 0100 0000 0000 0000
  01000000 05000000 0000000000000000 0000400000000000 0000400000000000 0001000000000000 0001000000000000
  0010000000000000
  b829000000 bf01000000 be01000000 31d2 0f05       socket(AF_UNIX, SOCK_STREAM, 0)
  89c7 488d3515000000 ba09000000 b831000000 0f05   bind(fd, {AF_UNIX, "/out/s"}, 9)
  89c7 b83c000000 0f05                             exit(result)
  0100 2f6f75742f7300`.replace(/ {3}[a-z]+\(.*|\s/g, ""),
  "hex",
);

async function expectFailure({ script: text, says, options = [] }: Fault): Promise<void> {
  const project = new Project([script("it", text)]);
  const { status, stdout, stderr } = await project.run("build", "it", ...options);
  expect(stderr).toMatch(says);
  expect(stderr).toContain("Cannot build it: because it cannot ");
  expect([status, stdout]).toEqual([1, ""]);
  expect(project.trees()).toEqual([]);
  expect(project.leftovers()).toEqual([]);
}

describe.concurrent("a build fails when it has not", () => {
  test("its program", async () => {
    const gone = script("it", "", { build: [{ argv: ["/usr/bin/gone", "x"] }] });
    const { status, stderr } = await new Project([gone]).run("build", "it");
    expect(stderr).toContain("Cannot build it: because it cannot run '/usr/bin/gone x': the sandbox has no");
    expect(stderr).toContain("Check the package's needs");
    expect(status).toBe(1);
  });

  test("its working directory", async () => {
    const gone = script("it", "", { build: [{ argv: ["/build/bin/busybox"], cwd: "/gone" }] });
    const { status, stderr } = await new Project([gone]).run("build", "it");
    expect([status, stderr]).toEqual([1, expect.stringContaining("/gone: No such file or directory")]);
  });

  test("what it provides", async () => {
    const project = new Project([script("it", "echo >/out/x", { provides: ["/x", "/y"] })]);
    const { status, stderr } = await project.run("build", "it");
    expect(stderr).toContain(
      "Cannot build it: because it says that it provides /y, and its tree has no such file",
    );
    expect(status).toBe(1);
  });
});

describe.concurrent("a failed build", () => {
  const failing = () =>
    new Project([script("it", "seq 1 30; printf 'red: \\033[31m\\n'; echo half >/out/half; exit 1")]);

  test("shows the end of its log, without what could steer a terminal", async () => {
    const { stderr } = await failing().run("build", "it");
    const shown = [...stderr.matchAll(/^ {9}\| (.*)$/gm)].map(([, line]) => line);
    expect(shown).toEqual(["22", "23", "24", "25", "26", "27", "28", "29", "30", "red: ?[31m"]);
  });

  test("keeps its log and its work folder, and says where", async () => {
    const project = failing();
    const { stderr } = await project.run("build", "it");
    const [, log = "", work = ""] = /log: (.*)\n\s+work folder: (.*)\n/.exec(stderr) ?? [];
    expect(readFileSync(log, "utf8")).toMatch(
      /^1\n2\n[^]*30\n[^]*because it cannot run [^]*exit status 1\n$/,
    );
    expect(readdirSync(work, { recursive: true })).toContain("upper/out/half");

    expect(await project.run("log", "it")).toEqual({
      status: 0,
      stdout: readFileSync(log, "utf8"),
      stderr: "",
    });
  });

  test("is built again by the next run, which replaces what was kept", async () => {
    const project = failing();
    await project.run("build", "it");
    project.define([script("it", "echo fine >/out/x")]);
    expect(await project.run("build", "it")).toMatchObject({ status: 0 });
    expect((await project.run("log", "it")).stdout).toBe("");
  });

  test("fails what needs it, and with --keep-going nothing else", async () => {
    const bad = script("bad", "exit 1");
    const worse = script("worse", "exit 2");
    const above = script("above", "echo >/out/x", { needs: [bad] });
    const apart = script("apart", "echo apart >/out/x");
    const project = new Project([bad, worse, above, apart]);

    const stopped = await project.run("build", "--jobs", "1", "bad", "above", "worse", "apart");
    expect([stopped.status, project.trees()]).toEqual([1, []]);
    expect(stopped.stderr).not.toContain("worse");

    const all = await project.run("build", "--jobs", "1", "--keep-going", "above", "worse", "apart");
    expect([all.status, project.trees().length]).toEqual([1, 1]);
    expect(all.stderr).toMatch(/^built {4}apart /m);
    expect(all.stderr).toContain("Cannot build 2 packages: because each of them failed\n");
    expect(all.stderr).toContain("Cannot build bad: ");
    expect(all.stderr).toContain("Cannot build worse: ");
    expect(all.stderr).toMatch(/^skipped {2}above, which needs what failed$/m);
  });
});
