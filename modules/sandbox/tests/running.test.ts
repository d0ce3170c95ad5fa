/** How jobs run, end and fail. */
import { spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { I386_PROGRAM } from "../src/i386-program.ts";
import { runInSandbox, SandboxError } from "../src/index.ts";
import { makeHostTree } from "./host-tree.ts";
import { jobIn, outcomeOf, type PlainJob, shell } from "./jobs.ts";

const folder = mkdtempSync(join(tmpdir(), "running-"));
const tree = makeHostTree(folder);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const runJob = (parts: Partial<PlainJob>, signal?: AbortSignal) =>
  outcomeOf(jobIn(folder, { roots: [tree], ...parts }), signal);

const failureOf = async (parts: Partial<PlainJob>): Promise<SandboxError> => {
  const job = jobIn(folder, { roots: [tree], ...parts });
  const error = await runInSandbox({ ...job, log: `${job.scratch}.log` }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(SandboxError);
  return error;
};

/** Processes of this machine with `text` among their arguments. */
const processesWith = (text: string): string[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        return "";
      }
    })
    .filter((line) => line.includes(text));

/** A number of seconds that no other test sleeps. */
const longTime = () => String(10_000 + Math.floor(Math.random() * 1e9));

describe("a job", () => {
  it("gives the directory of what its steps left in /out, and figures", async () => {
    const job = jobIn(folder, { roots: [tree], steps: [shell("sleep 0.3; echo a >/out/b")] });
    const { out, seconds, peakBytes } = await runInSandbox({ ...job, log: `${job.scratch}.log` });
    expect(readFileSync(join(out, "b"), "utf8")).toBe("a\n");
    expect(seconds).toBeGreaterThan(0.3);
    expect(seconds).toBeLessThan(5);
    expect(peakBytes).toBeGreaterThan(2 ** 20);
    expect(peakBytes).toBeLessThan(2 ** 26);
  });

  it("runs steps one after another in one root, each in its directory", async () => {
    const steps = [
      shell("echo 1 >/file; mkdir sub"),
      { ...shell("pwd; cat /file"), cwd: "/build/sub" },
      { ...shell("pwd; echo x >/out/x"), cwd: "/" },
    ];
    expect(await runJob({ steps })).toEqual({ output: "/build/sub\n1\n/\n", out: ["x"], error: "" });
  });

  it("hands each argument over as it is", async () => {
    const odd = ["it's", 'a "b" $HOME `id` \\', "", " ", "two\nlines", "é", "-n", "*"];
    const steps = [{ argv: ["/bin/sh", "-c", 'for i; do echo "[$i]"; done', "sh", ...odd] }];
    expect((await runJob({ steps })).output).toBe(odd.map((word) => `[${word}]\n`).join(""));
  });

  it("joins the lines of an argument that the lock keeps as a list", async () => {
    const steps = [{ argv: ["/bin/sh", "-c", ["echo a", "echo b"]] }];
    expect((await runJob({ steps })).output).toBe("a\nb\n");
  });

  it("takes the earlier of two trees that have the same path, and merges directories", async () => {
    const trees = ["first", "second"].map((name) => {
      const path = mkdtempSync(join(folder, name));
      mkdirSync(join(path, "both"));
      writeFileSync(join(path, "both/same"), name);
      writeFileSync(join(path, "both", name), "");
      return path;
    });
    const { output } = await runJob({
      roots: [...trees, tree],
      steps: [shell("cat /both/same; echo; ls /both")],
    });
    expect(output).toBe("first\nfirst\nsame\nsecond\n");
  });

  it("takes 499 trees, and names of directories of any length", async () => {
    const trees = Array.from({ length: 498 }, (_, index) => {
      const path = join(folder, "many", "x".repeat(200), String(index));
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, `file-${index}`), "");
      return path;
    });
    const { output } = await runJob({ roots: [tree, ...trees], steps: [shell("set /file-*; echo $#")] });
    expect(output).toBe("498\n");
  });

  it("runs a static i386 program in an empty root", async () => {
    const program = join(folder, "i386");
    writeFileSync(program, I386_PROGRAM);
    const files = [{ path: program, name: "mkdir", executable: true }];
    const outcome = await runJob({ roots: [], files, steps: [{ argv: ["./mkdir"] }], environment: {} });
    expect(outcome).toEqual({ output: "", out: ["x"], error: "" });
  });

  it("finds a program without a slash in the step's directory, not by a search path", async () => {
    const files = [{ path: "/bin/true", name: "sh", executable: true }];
    expect((await runJob({ files, steps: [{ argv: ["sh", "-c", "echo found"] }] })).output).toBe("");
    expect((await runJob({ steps: [{ argv: ["sh"] }] })).error).toContain("./sh: No such file");
  });

  it("is undisturbed by others that run at the same time", async () => {
    const jobs = Array.from({ length: 8 }, (_, index) =>
      runJob({ steps: [shell(`echo ${index} >/mine; sleep 0.1; cat /mine; set /proc/[0-9]*; echo $#`)] }),
    );
    const outputs = (await Promise.all(jobs)).map(({ output }) => output);
    expect(outputs).toEqual(jobs.map((_, index) => `${index}\n2\n`));
  });
});

describe("processes that a step leaves behind", () => {
  it("are gone before the next step", async () => {
    const steps = [
      shell("sleep 1000 & (setsid sh -c 'trap \"\" HUP TERM; sleep 1000; echo late >/out/late' &) ; :"),
      shell("set /proc/[0-9]*; echo $#; echo x >/out/x"),
    ];
    expect(await runJob({ steps })).toEqual({ output: "2\n", out: ["x"], error: "" });
  });

  it("are gone when the job has ended", async () => {
    const time = longTime();
    await runJob({ steps: [shell(`sleep ${time} & echo x >/out/x`)] });
    expect(processesWith(time)).toEqual([]);
  });

  it("do not keep the job from ending, though they hold its output open", async () => {
    const { output } = await runJob({ steps: [shell("sleep 1000 & echo done")] });
    expect(output).toBe("done\n");
  });
});

describe("a step that signals its process group", () => {
  it("ends itself and nothing else", async () => {
    const other = runJob({ steps: [shell("sleep 0.5; echo still here")] });
    const { error } = await runJob({ steps: [shell("kill -KILL 0")] });
    expect(error).toContain("it was killed by SIGKILL");
    expect((await other).output).toBe("still here\n");
  });
});

describe("a job that fails", () => {
  it("names the step and its exit status, and stops there", async () => {
    const error = await failureOf({ steps: [shell(":"), shell("exit 3"), shell("echo x >/out/x")] });
    expect(error.failure).toBe("step-failed");
    expect(error.kind).toBe("build");
    expect(error.message).toBe("Cannot run '/bin/sh -c exit 3': because it ended with exit status 3");
  });

  it("names the signal that killed a step", async () => {
    const error = await failureOf({ steps: [shell("kill -SEGV $$")] });
    expect(error.failure).toBe("step-failed");
    expect(error.message).toContain("because it was killed by SIGSEGV");
  });

  it("tells an exit status above 128 from a signal", async () => {
    expect((await failureOf({ steps: [shell("exit 139")] })).message).toContain("exit status 139");
  });

  it("names the program that is missing", async () => {
    const error = await failureOf({ steps: [{ argv: ["/bin/tcc", "-v"] }] });
    expect(error.failure).toBe("program-missing");
    expect(error.message).toContain("Cannot run '/bin/tcc -v': because the sandbox has no /bin/tcc");
    expect(error.remedy).toContain("needs");
  });

  it("names the working directory that is missing", async () => {
    const error = await failureOf({ steps: [{ argv: ["/bin/true"], cwd: "/build/none" }] });
    expect(error.failure).toBe("program-missing");
    expect(error.message).toContain("/build/none");
  });

  it("says that a file is not executable", async () => {
    const files = [{ path: "/bin/true", name: "plain", executable: false }];
    const error = await failureOf({ files, steps: [{ argv: ["./plain"] }] });
    expect(error.failure).toBe("program-missing");
    expect(error.message).toContain("./plain: Permission denied");
  });

  it("says that nothing was written to /out", async () => {
    const error = await failureOf({ steps: [shell("echo x >/elsewhere")] });
    expect(error.failure).toBe("no-output");
    expect(error.message).toContain("because its steps wrote nothing to /out");
  });

  it("is ended at its time limit, with all its processes", async () => {
    const time = longTime();
    const started = performance.now();
    const error = await failureOf({
      steps: [shell(`sleep ${time} & sleep ${time}`)],
      limits: { seconds: 0.5, bytes: 2 ** 30 },
    });
    expect(error.failure).toBe("time-limit");
    expect(error.message).toContain("limit of 0.5 s");
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(processesWith(time)).toEqual([]);
  });

  it("is ended at its memory limit, though it writes all the time", async () => {
    const error = await failureOf({
      steps: [shell("bash -c 's=xxxxxxxx; while :; do s=$s$s; echo more; done'")],
      limits: { seconds: 30, bytes: 2 ** 26 },
    });
    expect(error.failure).toBe("memory-limit");
    expect(error.message).toContain("limit of 64 MiB");
  });

  it("cannot put more into /tmp, which is memory, than its limit", async () => {
    const { output } = await runJob({
      steps: [shell("cat /dev/zero >/tmp/x 2>/dev/null || stat -c %s /tmp/x")],
      limits: { seconds: 30, bytes: 2 ** 22 },
    });
    expect(Number(output)).toBe(2 ** 22);
  });

  it("rejects with the signal's reason when aborted, and leaves no process", async () => {
    const time = longTime();
    const controller = new AbortController();
    const job = jobIn(folder, { roots: [tree], steps: [shell(`sleep ${time} & sleep ${time}`)] });
    const running = runInSandbox({ ...job, log: `${job.scratch}.log`, signal: controller.signal });
    await vi.waitFor(() => expect(processesWith(time).length).toBeGreaterThan(1), { timeout: 10_000 });
    controller.abort(new Error("Ctrl-C"));
    await expect(running).rejects.toThrow("Ctrl-C");
    expect(processesWith(time)).toEqual([]);
  });

  it("does not start when the signal was aborted before", async () => {
    const job = jobIn(folder, { roots: [tree], steps: [shell("echo x")] });
    const signal = AbortSignal.abort(new Error("before"));
    await expect(runInSandbox({ ...job, log: `${job.scratch}.log`, signal })).rejects.toThrow("before");
    expect(readdirSync(job.scratch)).toEqual([]);
  });

  it("leaves the sandbox fit for the next job", async () => {
    await failureOf({ steps: [shell("kill -KILL $$")] });
    expect((await runJob({ steps: [shell("echo fine")] })).output).toBe("fine\n");
  });
});

describe("a job that is not sound is refused", () => {
  it.each(["../x", "/x", "a//b", "a/./b", "a/../b", ""])("with a file named '%s'", async (name) => {
    const error = await failureOf({ files: [{ path: "/bin/true", name, executable: false }] });
    expect(error.failure).toBe("bad-job");
    expect(error.message).toContain(`'${name}' is not a plain relative path`);
  });

  it("with an input tree that has the sandbox's own directories", async () => {
    for (const [name, make] of Object.entries({
      build: (path: string) => mkdirSync(path),
      out: (path: string) => symlinkSync("/nowhere", path),
    })) {
      const bad = mkdtempSync(join(folder, "bad-"));
      make(join(bad, name));
      const error = await failureOf({ roots: [tree, bad] });
      expect(error.message).toContain(`the input tree ${bad} has a /${name}, which is the sandbox's own`);
    }
  });

  it("with more trees than overlayfs takes", async () => {
    const roots = Array.from({ length: 500 }, (_, index) => `/none/${index}`);
    expect((await failureOf({ roots })).message).toContain("500 input trees, and overlayfs takes 499");
  });
});

describe("a driver that is killed", () => {
  it.each(["SIGKILL", "SIGTERM"] as const)("by %s takes all its processes with it", async (signal) => {
    const time = longTime();
    const job = jobIn(folder, {
      roots: [tree],
      steps: [shell(`setsid sleep ${time} & trap '' TERM; sleep ${time}`)],
    });
    const path = join(folder, `job-${time}.json`);
    writeFileSync(path, JSON.stringify(job));
    const driver = join(import.meta.dirname, "driver.ts");
    const child = spawn(process.execPath, ["--import", "tsx", driver, path], { cwd: import.meta.dirname });
    await vi.waitFor(() => expect(processesWith(time).length).toBeGreaterThan(2), { timeout: 20_000 });
    child.kill(signal);
    await vi.waitFor(() => expect(processesWith(time)).toEqual([]), { timeout: 10_000 });
    // The process that made the namespaces ends too.
    await vi.waitFor(() => expect(childrenOf(child.pid ?? 0)).toEqual([]), { timeout: 10_000 });
  });
});

it("leaves no mount behind", async () => {
  const before = readFileSync("/proc/self/mountinfo", "utf8");
  const job = jobIn(folder, { roots: [tree], steps: [shell("echo x >/out/x")] });
  await runInSandbox({ ...job, log: `${job.scratch}.log` });
  expect(readFileSync("/proc/self/mountinfo", "utf8")).toBe(before);
  rmSync(job.scratch, { recursive: true });
});

function childrenOf(parent: number): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/status`, "utf8").includes(`\nPPid:\t${parent}\n`);
    } catch {
      return false;
    }
  });
}
