/** Machines that forbid the sandbox, made here with namespaces around the driver. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { diagnoseSandbox } from "../src/index.ts";
import { explainSetupFailure, SETTINGS } from "../src/machine.ts";
import { jobIn, outcomesUnder, type PlainJob } from "./jobs.ts";

const folder = mkdtempSync(join(tmpdir(), "machine-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The error of a job on a machine that is like this one after `change`, a shell script. */
async function errorAfter(change: string, job: PlainJob = jobIn(folder, {})): Promise<string> {
  const prefix = [
    "unshare",
    "--user",
    "--map-root-user",
    "--mount",
    "sh",
    "-ec",
    `${change}\nexec "$@"`,
    "sh",
  ];
  const [outcome] = await outcomesUnder(prefix, folder, [job]);
  return outcome?.error ?? "";
}

describe("the error", () => {
  it("names the setting that forbids user namespaces, and what to do", async () => {
    expect(await errorAfter("echo 0 >/proc/sys/user/max_user_namespaces")).toBe(
      "Cannot set up the sandbox: because the setting user.max_user_namespaces forbids it " +
        "(make a user and a mount namespace: No space left on device)\n" +
        "Run `sysctl user.max_user_namespaces=15000` as root.",
    );
  });

  it("says that the builds' folder is on a file system that overlayfs does not take", async () => {
    const [lower, upper, work, merged] = ["lower", "upper", "work", "merged"].map((name) => {
      const path = join(folder, name);
      execFileSync("mkdir", [path]);
      return path;
    });
    const change = `mount -t overlay -o lowerdir=${lower},upperdir=${upper},workdir=${work},userxattr o ${merged}
      mkdir ${merged}/scratch`;
    const error = await errorAfter(change, { ...jobIn(folder, {}), scratch: `${merged}/scratch` });
    expect(error).toContain("Cannot set up the sandbox: because overlayfs cannot be used there");
    expect(error).toContain("Set STAGEX_HOME to a folder on such a file system");
  });

  it("says that perl does not start", async () => {
    const perl = execFileSync("sh", ["-c", "command -v perl"], { encoding: "utf8" }).trim();
    const error = await errorAfter(`mount --bind /dev/null ${perl}`);
    expect(error).toMatch(/^Cannot set up the sandbox: because perl does not start \(.*EACCES\)/);
    expect(error).toContain("apt install perl-base");
  });

  it.each([
    ["make a user and a mount namespace: Operation not permitted", "--security-opt seccomp=unconfined"],
    ["mount proc on /sys/root/proc: Operation not permitted", "--security-opt systempaths=unconfined"],
  ])("for '%s' tells how to start a container that allows it", (words, remedy) => {
    expect(explainSetupFailure(words).message).toContain(remedy);
    expect(explainSetupFailure(words).kind).toBe("machine");
  });
});

describe("the doctor", () => {
  it("finds nothing wrong where these tests pass", async () => {
    const findings = await diagnoseSandbox(folder);
    expect(findings.filter(({ ok }) => !ok)).toEqual([]);
    expect(findings.at(-1)).toEqual({
      what: "a build of an i386 program in the sandbox",
      ok: true,
      detail: "works",
    });
  });

  it("knows each setting by the name that sysctl takes", () => {
    for (const { name, path, remedy } of SETTINGS) {
      expect(path).toBe(`/proc/sys/${name.replace(".", "/")}`);
      expect(remedy).toContain(`sysctl ${name}=`);
    }
  });
});
