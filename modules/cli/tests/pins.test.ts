/** Known answers: what is pinned, what is compared with it, and what a change rebuilds. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pinTrees } from "@stagex/core";
import { describe, expect, test } from "vitest";
import { needsBusybox, Project, pallet, script } from "./project.ts";

needsBusybox();

/** What a run says that it did, by package. */
const done = (stderr: string) =>
  Object.fromEntries(
    [...stderr.matchAll(/^(built|reused|cached) +(\S+)/gm)].map(([, what, name]) => [name, what]),
  );

describe.concurrent("stagex pin", () => {
  test("pins the tree of each package and the image of each pallet that has none", async () => {
    const low = script("low", "echo low >/out/low");
    const high = script("high", "cat /low >/out/high", { needs: [low] });
    const project = new Project([low, high], [pallet("both", low, high)]);

    const { status, stdout } = await project.run("pin");
    expect(status).toBe(0);
    const image = project.lock.pallets.both?.image;
    expect(stdout).toBe(
      `pinned high ${project.tree("high")}\npinned low ${project.tree("low")}\npinned pallet both ${image}\n`,
    );
    expect(await project.run("pin")).toMatchObject({ status: 0, stdout: "", stderr: "" });
  });

  test("refuses a package whose two builds differ, and says where", async () => {
    const luck = script("luck", "mkdir /out/d; echo same >/out/same; head -c 9 /dev/urandom >/out/d/luck");
    const project = new Project([luck]);
    const before = readFileSync(project.lockPath, "utf8");

    const { status, stderr } = await project.run("pin");
    expect(stderr).toContain("Cannot pin luck: because two builds of it gave two trees\n");
    expect(stderr).toMatch(
      /The second is kept at \S+\. It differs in:\n {2}d\/luck: .*content differs from byte \d+ on\n/,
    );
    expect(stderr).toContain("Its build depends on what changes from build to build");
    expect(stderr).not.toContain("If the change is meant");
    expect(status).toBe(1);
    expect(readFileSync(project.lockPath, "utf8")).toBe(before);
    expect(project.trees()).toHaveLength(2);
  });
});

describe.concurrent("a pinned tree", () => {
  /** A package whose pinned tree is in the store, and of which any build gives another one. */
  async function strayed() {
    const project = new Project([script("it", "echo old >/out/text; echo >/out/gone")]);
    await project.run("pin");
    const pinned = project.tree("it");
    project.define([script("it", "echo new! >/out/text; echo >/out/more; chmod 755 /out/more")]);
    project.lock = pinTrees(project.lock, new Map([["it", pinned]]));
    return { project, pinned };
  }

  test("fails a build that gives another one; both are kept, and compared", async () => {
    const { project, pinned } = await strayed();
    const other = `${project.home}/elsewhere`;
    // The store has the pinned tree, so only a build that is asked for gives the other one.
    const { status, stderr } = await project.run("verify", "it");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`Cannot build it: because its tree is [0-9a-f]{64}, and the lock pins ${pinned}\n`),
    );
    expect(stderr).toContain("  gone: only in the first\n  more: only in the second\n");
    expect(stderr).toContain("  text: 4 and 5 bytes, content differs from byte 0 on\n");
    expect(stderr).toContain("If the change is meant, run `stagex pin it`.");
    const kept = /It is kept at (\S+)\. It differs in:/.exec(stderr)?.[1] ?? other;
    expect(readFileSync(join(kept, "text"), "utf8")).toBe("new!\n");
    expect(project.trees()).toContain(pinned);
  });

  test("is not there to compare with in a fresh store, and the build fails all the same", async () => {
    const { project } = await strayed();
    project.home = project.path("fresh");
    for (const run of ["first", "second"]) {
      const { status, stderr } = await project.run("build", "it");
      expect(status, run).toBe(1);
      expect(stderr).toContain("the pinned tree is not in the store");
    }
  });

  test("is replaced by pin NAME, and those above by pin", async () => {
    const low = script("low", "echo 1 >/out/low");
    const high = script("high", "cat /low >/out/high", { needs: [low] });
    const project = new Project([low, high]);
    await project.run("pin");
    const [lowest, highest] = [project.tree("low"), project.tree("high")];
    project.lock = pinTrees(project.lock, new Map([["low", "0".repeat(64)]]));

    expect((await project.run("pin", "low")).status).toBe(0);
    expect([project.tree("low"), project.tree("high")]).toEqual([lowest, "not pinned"]);
    expect((await project.run("pin")).status).toBe(0);
    expect(project.tree("high")).toBe(highest);
  });
});

describe.concurrent("stagex pin NAME", () => {
  test("pins what NAME needs, and leaves the rest", async () => {
    const low = script("low", "echo 1 >/out/low");
    const high = script("high", "cat /low >/out/high", { needs: [low] });
    const other = script("other", "exit 1");
    const project = new Project([low, high, other]);
    expect((await project.run("pin", "high")).status).toBe(0);
    const pins = ["low", "high", "other"].map((name) => project.tree(name));
    expect(pins).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
      expect.stringMatching(/^[0-9a-f]{64}$/),
      "not pinned",
    ]);
  });
});

describe.concurrent("the pinned image of a pallet", () => {
  test("is replaced by pin NAME, if it is not that of the trees", async () => {
    const it = script("it", "echo >/out/it");
    const project = new Project([it], [pallet("image", it)]);
    await project.run("pin");
    const { lock } = project;
    const right = lock.pallets.image?.image;
    if (lock.pallets.image) lock.pallets.image.image = "0".repeat(64);
    project.lock = lock;

    expect((await project.run("build-pallet", "--name", "image")).status).toBe(1);
    expect((await project.run("pin", "image")).stdout).toBe(`pinned pallet image ${right}\n`);
    expect(project.lock.pallets.image?.image).toBe(right);
  });
});

describe.concurrent("early cut-off", () => {
  test("a change that gives the same tree rebuilds nothing above it", async () => {
    const define = (text: string) => {
      const low = script("low", text);
      const middle = script("middle", "cat /low >/out/middle", { needs: [low] });
      return [low, middle, script("high", "cat /middle >/out/high", { needs: [middle] })];
    };
    const project = new Project(define("echo same >/out/low"));
    await project.run("pin");
    const pins = () => ["low", "middle", "high"].map((name) => project.tree(name));
    const before = pins();

    project.define(define("printf 'same\\n' >/out/low"));
    expect(pins()).toEqual(["not pinned", "not pinned", "not pinned"]);
    const { status, stderr } = await project.run("build", "high");
    expect([status, done(stderr)]).toEqual([0, { low: "built", middle: "reused", high: "reused" }]);

    const pinning = await project.run("pin");
    expect([pinning.status, pins()]).toEqual([0, before]);

    project.define(define("echo other >/out/low"));
    const changed = await project.run("build", "high");
    expect(done(changed.stderr)).toEqual({ low: "built", middle: "built", high: "built" });
  });

  test("with nothing to do, nothing is built and nothing is said of it", async () => {
    const project = new Project([script("it", "echo >/out/x")]);
    await project.run("pin");
    const { status, stdout, stderr } = await project.run("build", "it");
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("0 built, 1 reused, 0 from a cache");
  });
});

describe.concurrent("stagex verify", () => {
  const low = script("low", "echo low >/out/low");
  const high = script("high", "cat /low >/out/high", { needs: [low] });

  test("builds all anew, elsewhere, and leaves nothing", async () => {
    const project = new Project([low, high], [pallet("both", low, high)]);
    await project.run("pin");
    const { status, stdout, stderr } = await project.run("verify", "both");
    expect(status, stderr).toBe(0);
    expect(done(stderr)).toEqual({ low: "built", high: "built" });
    expect(stdout).toBe(
      `both verified: 2 packages rebuilt, each tree as the lock pins it\n  image sha256:${project.lock.pallets.both?.image}\n`,
    );
    expect(project.leftovers()).toEqual([]);
  });

  test("refuses what is not pinned", async () => {
    const { status, stderr } = await new Project([low, high]).run("verify", "high");
    expect(stderr).toContain(
      "Cannot verify high: because the lock pins no tree for low, high\nRun `stagex pin` first.",
    );
    expect(status).toBe(3);
  });

  test("finds an image that differs in its description only", async () => {
    const project = new Project([low], [pallet("it", low)]);
    await project.run("pin");
    const { lock } = project;
    if (lock.pallets.it) lock.pallets.it.summary = "Another";
    project.lock = lock;
    const { status, stderr } = await project.run("verify", "it");
    expect(stderr).toContain("only the image's own description differs");
    expect(status).toBe(1);
    const build = await project.run("build-pallet", "--name", "it");
    expect([build.status, existsSync(project.path("out"))]).toEqual([1, false]);
    expect(build.stderr).toContain("Cannot accept the image of pallet it: because its digest is");
  });
});

describe.concurrent("a pallet", () => {
  test("is an OCI layout of the pinned image, whose layers are the trees' tars", async () => {
    const low = script("low", "echo low >/out/low");
    const project = new Project([low], [pallet("it", low)]);
    await project.run("pin");
    const { status, stdout } = await project.run("build-pallet", "--name", "it", "--output", "layout");
    const image = project.lock.pallets.it?.image;
    expect([status, stdout]).toEqual([
      0,
      expect.stringMatching(`^it  oci:layout\n  image sha256:${image}\n`),
    ]);
    const blobs = readdirSync(project.path("layout/blobs/sha256"));
    expect(blobs).toEqual(expect.arrayContaining([image, project.tree("low")]));
    for (const blob of blobs) {
      const bytes = readFileSync(project.path("layout/blobs/sha256", blob));
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(blob);
    }
  });
});
