/** Stage 0 as plain commands: the script of `stagex plan`, in a root that holds no part of stagex but its text. */
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeHostTree } from "../../../modules/sandbox/tests/host-tree.ts";
import { sourceArchive } from "../../../scripts/home.ts";
import { tinyccSource } from "../packages/tinycc-source.ts";

const project = join(import.meta.dirname, "../../..");
const isRoot = process.getuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), "plan-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A shell, coreutils, findutils, tar and util-linux. */
const programs = "sh chmod cp cut dirname env mkdir mv rm sha256sum sort find tar unshare";
let root: string;
let plan: string;

beforeAll(async () => {
  const args = ["plan", "--stage", "0", "--format", "sh"];
  plan = execFileSync(join(project, "stagex"), args, { encoding: "utf8" });
  root = makeHostTree(folder, programs);
  chmodSync(folder, 0o755);
  cpSync(join(project, "stages/stage0"), join(root, "project/stages/stage0"), { recursive: true });
  mkdirSync(join(root, "sources"));
  cpSync(await sourceArchive(tinyccSource), join(root, "sources", tinyccSource.sources?.[0]?.file as string));
  mkdirSync(join(root, "dev"));
  writeFileSync(join(root, "dev/null"), ""); // only ever read
});

interface Conditions {
  /** A user who becomes root of a namespace of their own. */
  uid?: number | undefined;
  /** The checkout, as seen in the root. */
  checkout?: string;
}

/** Runs a script in that root, with a folder of its own to work in. */
async function run(script: string, { uid, checkout = "/project" }: Conditions = {}) {
  const work = mkdtempSync(join(root, "work-"));
  if (uid !== undefined) chownSync(work, uid, uid);
  writeFileSync(`${work}.sh`, script);

  const inRoot = `/${basename(work)}`;
  const asUser = uid === undefined ? [] : ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"];
  const mapped = isRoot && uid === undefined ? [] : ["--map-root-user"];
  const [program, ...args] = [
    ...[...asUser, "unshare", ...mapped, `--root=${root}`, "--wd=/"],
    ...["sh", `${inRoot}.sh`, checkout, "/sources", `${inRoot}/work`],
  ];
  const child = spawn(program as string, args, { cwd: "/", env: { PATH: "/usr/bin:/bin" } });
  const status = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { status: await status, lines: stdout.trimEnd().split("\n"), stderr };
}

describe.concurrent("the script of `stagex plan --stage 0`", () => {
  it.for<[string, number?]>([["this user"], ["an ordinary user", 65534]])(
    "gives every tree the digest of the lock, run by %s",
    async ([_, uid], { skip }) => {
      skip(uid !== undefined && !isRoot, "only root can become another user");
      const { status, lines, stderr } = await run(plan, { uid });
      expect(stderr).toBe("");
      expect(status).toBe(0);
      expect(lines).toEqual([
        ...["hex0", "hex1", "asm", "c0", "cc", "tools", "tinycc-source", "tinycc-1", "tinycc"],
        "all 9 trees have the digests of the lock",
      ]);
    },
  );

  it("stops at a source that was changed", async () => {
    cpSync(join(root, "project"), join(root, "changed"), { recursive: true });
    writeFileSync(join(root, "changed/stages/stage0/hex1/hex1.hex0"), "00", { flag: "a" });
    const { status, lines, stderr } = await run(plan, { checkout: "/changed" });
    expect(stderr).toContain("computed checksum did NOT match");
    expect(status).not.toBe(0);
    expect(lines).toEqual(["hex0", "hex1", expect.stringMatching(/hex1\.hex0: FAILED$/)]);
  });

  it("stops at a tree that the lock does not pin", async () => {
    const [, digest] = /^finish hex1 (\w+)$/m.exec(plan) ?? [];
    const other = "0".repeat(64);
    const { status, lines, stderr } = await run(
      plan.replace(`finish hex1 ${digest}`, `finish hex1 ${other}`),
    );
    expect(stderr).toBe(`hex1: its tree is ${digest}, and the lock pins ${other}\n`);
    expect(status).toBe(1);
    expect(lines).toEqual(["hex0", "hex1"]);
  });

  it("stops at a step that fails", async () => {
    const { status, lines, stderr } = await run(plan.replace("step /build /hex1 ", "step /build /hex2 "));
    expect(stderr).toContain("/hex2");
    expect(status).not.toBe(0);
    expect(lines).toEqual(["hex0", "hex1", "asm"]);
  });
});
