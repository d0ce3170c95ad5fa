/** What reaches a terminal, and what reaches a file. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { descendants, survivors } from "./processes.ts";
import { needsBusybox, Project, script } from "./project.ts";

needsBusybox();

const project = () =>
  new Project([
    script("good", "sleep 0.5; echo >/out/x"),
    script("bad", "printf 'a\\033[31mb\\007c\\r\\n'; exit 1"),
    script("endless", "sleep 1000"),
  ]);

/** All control characters but line feed. */
const control = /[\0-\x09\x0b-\x1f\x7f]/;
const showCursor = "\x1b[?25h";
const hideCursor = "\x1b[?25l";

describe.concurrent("without a terminal", () => {
  const commands = [["build", "good"], ["build", "bad"], ["list"], ["doctor"], ["nothing"]];

  test.each(commands)("%s %s writes no colour and no other control character", async (...args) => {
    const env = { TERM: "xterm-256color", COLORTERM: "truecolor" };
    const { stdout, stderr } = await project().start(args, { env }).ended;
    expect(stdout + stderr).not.toMatch(control);
    expect(stdout + stderr).not.toBe("");
  });

  test("for its errors, there is no colour in them, though the results have one", async () => {
    const own = project();
    const { status } = await own.start(["build", "bad"], { terminal: "2>errors" }).ended;
    expect(status).toBe(1);
    expect(readFileSync(own.path("errors"), "utf8")).not.toMatch(control);
  });
});

describe.concurrent("on a terminal", () => {
  const env = { TERM: "xterm" };

  test("a view shows what is being built, and goes away at the end", async () => {
    const { status, stdout } = await project().start(["build", "good"], { env, terminal: "" }).ended;
    expect(status).toBe(0);
    expect(stdout).toContain("[0/1] packages");
    expect(stdout).toMatch(/ {2}building good {2}0\.\d\d s/);
    expect(stdout).toMatch(/\x1b\[32mbuilt\x1b\[39m {4}good /);
    expect(stdout.lastIndexOf("[0/1]")).toBeLessThan(stdout.lastIndexOf("1 built, 0 reused"));
    expect(stdout.lastIndexOf(showCursor)).toBeGreaterThanOrEqual(stdout.lastIndexOf(hideCursor));
  });

  test("a build's output cannot steer it", async () => {
    const { status, stdout } = await project().start(["build", "bad"], { env, terminal: "" }).ended;
    expect([status, stdout]).toEqual([1, expect.stringContaining("| a?[31mb?c")]);
  });

  test("NO_COLOR is heeded", async () => {
    const { stdout } = await project().start(["build", "good"], {
      env: { ...env, NO_COLOR: "1" },
      terminal: "",
    }).ended;
    expect(stdout).toContain("built    good ");
    expect(stdout).not.toMatch(/\x1b\[\d+m/);
  });

  test("Ctrl-C ends the build, and shows the cursor again", async () => {
    const own = project();
    const running = own.start(["build", "endless"], { env, terminal: "" });
    await running.until(() => running.text.stdout.includes("building endless"));
    const processes = descendants(running.pid);
    const driver = processes.find(({ parent }) => parent === running.process.pid);
    process.kill(driver?.pid as number, "SIGINT");
    const { status, stdout } = await running.ended;
    expect(stdout).toMatch(/stagex: interrupted; nothing half-built was kept\r?\n/);
    expect(status).toBe(130);
    expect(stdout.lastIndexOf(showCursor)).toBeGreaterThanOrEqual(stdout.lastIndexOf(hideCursor));
    expect(await survivors(processes)).toEqual([]);
    expect(own.leftovers()).toEqual([]);
  });
});
