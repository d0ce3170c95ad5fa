/** Confirming what was rebuilt, signing it, and verifying an image on the disk by a policy. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import glob from "fast-glob";
import { beforeAll, describe, expect, test } from "vitest";
import { keyFiles } from "./keys.ts";
import { needsBusybox, Project, pallet, script } from "./project.ts";
import { missing } from "./registry.ts";

needsBusybox();

const [alice, bob] = [keyFiles("alice", "P-256"), keyFiles("bob", "P-256")];
const [dora, emil] = [keyFiles("dora"), keyFiles("emil")];
const repository = "registry.example.org/stagex/it";

const low = script("low", "echo low >/out/low");
const high = script("high", "cat /low >/out/high", { needs: [low] });
const project = new Project([low, high], [pallet("it", low, high)]);

beforeAll(async () => {
  await project.run("pin");
  const { status, stderr } = await project
    .run(
      ...["trust", "policy", "init", "--image", repository, "--confirmations", "1"],
      ...[
        "--signer",
        `alice=${alice.pub}`,
        "--signer",
        `bob=${bob.pub}`,
        "--builder",
        `dora,Dora's=${dora.pub}`,
      ],
    )
    .then((made) => {
      project.write("policy.json", made.stdout);
      return made;
    });
  expect(status, stderr).toBe(0);
});

/** One that gives its own content the same names. */
function evilProject(): Project {
  const evil = script("low", "echo evil >/out/low");
  return new Project([evil], [pallet("it", evil)]);
}

const reproduce = (who: typeof dora, ...more: string[]) =>
  project.run("reproduce", "it", "--key", who.key, "--builder", who.name, ...more);

describe("reproduce", () => {
  test("signs each package and image that it has built from sources, whatever a cache claims to have", async () => {
    const cache = project.path("cache");
    await project.run("push-cache", cache);
    cpSync(
      join(cache, "blobs/sha256", project.tree("low")),
      join(cache, "blobs/sha256", project.tree("high")),
    );
    const running = project.start(["reproduce", "it", "--key", dora.key, "--builder", "dora", "--json"], {
      env: { STAGEX_CACHE: cache },
    });
    const { status, stdout, stderr } = await running.ended;
    expect(status, stderr).toBe(0);
    expect(stderr.match(/^(built|cached|reused)/gm)).toEqual(["built", "built"]);
    const { confirmations, machine } = JSON.parse(stdout);
    expect(confirmations.map(({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`)).toEqual([
      "package low",
      "package high",
      "pallet it",
    ]);
    expect(machine).toEqual({
      cpuVendor: expect.any(String),
      cpuModel: expect.any(String),
      kernel: expect.stringMatching(/^Linux \d/),
    });
    const envelope = JSON.parse(readFileSync(confirmations[2].file, "utf8"));
    expect(JSON.parse(Buffer.from(envelope.payload, "base64").toString())).toMatchObject({
      subject: [{ name: "it", digest: { sha256: project.lock.pallets.it?.image } }],
      predicate: { kind: "pallet", builder: { name: "dora" }, executor: "sandbox" },
    });
    expect(project.leftovers().filter((name) => name.startsWith("reproduce"))).toEqual([]);
  });

  test("with --all takes what the lock pins, and leaves out what it does not", async () => {
    const other = new Project([low, high], [pallet("it", low, high)]);
    await other.run("pin");
    const loose = script("loose", "echo loose >/out/loose");
    other.define([low, high, loose], [pallet("it", low, high), pallet("loose", loose)]);
    const { status, stdout } = await other.run("reproduce", "--all", "--key", dora.key, "--builder", "dora");
    expect([status, stdout]).toEqual([
      0,
      "2 packages and 1 pallets are as the lock pins them\n  3 confirmations by dora in confirmations\n",
    ]);
    const named = await other.run("reproduce", "loose", "--key", dora.key, "--builder", "dora");
    expect([named.status, named.stderr]).toEqual([
      3,
      expect.stringContaining("Cannot reproduce loose: because the lock pins no tree for loose"),
    ]);
  });

  test("signs nothing when a tree differs, and keeps both trees and the difference", async () => {
    const other = new Project([script("it", "echo one >/out/it"), script("former", "echo two >/out/it")]);
    await other.run("pin");
    const { lock } = other;
    if (lock.packages.it) lock.packages.it.tree = other.tree("former");
    other.lock = lock;
    const { status, stderr } = await other.run("reproduce", "it", "--key", dora.key, "--builder", "dora");
    expect(stderr).toContain(`Cannot reproduce it: because its tree is`);
    expect(stderr).toContain("Nothing was signed.");
    expect(status).toBe(1);
    expect(existsSync(other.path("confirmations"))).toBe(false);
    const kept = other.path("home/mismatches/it");
    expect(readdirSync(kept).sort()).toEqual(["diff.txt", "expected", "rebuilt"]);
    expect(readFileSync(join(kept, "diff.txt"), "utf8")).toMatch(/^it: content differs from byte 0 on\n/);
    expect(readFileSync(join(kept, "expected/it"), "utf8")).toBe("two\n");
    expect(readFileSync(join(kept, "rebuilt/it"), "utf8")).toBe("one\n");
    expect(other.leftovers().filter((name) => name.startsWith("reproduce"))).toEqual([]);
  });

  test.each([
    [
      ["--key", "/nowhere.key", "--builder", "dora"],
      "Cannot sign with /nowhere.key: because there is no file",
    ],
    [["--key", dora.pub, "--builder", "dora"], "because it is not a private key in PEM"],
    [["--key", dora.key, "--builder", "Dora!"], 'Cannot sign as "Dora!": because it is not a name'],
  ])("refuses %j before it builds", async (options, says) => {
    const { status, stderr } = await project.run("reproduce", "it", ...options);
    expect(stderr).toContain(says);
    expect(status).toBe(2);
  });
});

describe("confirm", () => {
  test("adds what others signed, lists it, and adds it once", async () => {
    const theirs = project.path("theirs");
    expect((await reproduce(emil, "--output", theirs)).status).toBe(0);
    const added = await project.run("confirm", "add", theirs);
    expect(added.stdout).toContain("added pallet it by emil");
    expect(added.stdout).toContain("3 added, 0 refused");
    expect((await project.run("confirm", "add", theirs)).stdout).toBe("0 added, 0 refused\n");
    expect((await project.run("confirm", "list", "high")).stdout).toMatch(/^package high by emil, 20/m);
  });

  test("refuses what was edited, or is of something else than the lock pins", async () => {
    const [text = ""] = readdirSync(project.path("theirs/pallets/it"), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".json"))
      .map((path) => readFileSync(project.path("theirs/pallets/it", path), "utf8"));
    const envelope = JSON.parse(text);
    const payload = Buffer.from(envelope.payload, "base64").toString().replace('"emil"', '"dora"');
    project.write(
      "edited.json",
      JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString("base64") }),
    );
    const edited = await project.run("confirm", "add", project.path("edited.json"));
    expect([edited.status, edited.stderr]).toEqual([
      1,
      expect.stringContaining("it was changed after it was signed"),
    ]);

    const other = evilProject();
    await other.run("pin");
    const alien = await other.run("confirm", "add", project.path("theirs"));
    expect(alien.stderr).toContain("because it is for another recipe of package low than the lock's");
    expect(alien.stderr).toContain("Cannot find package 'high'");
    expect([alien.status, existsSync(other.path("confirmations"))]).toEqual([1, false]);
  });
});

test("docs/trust.md tells how to check a confirmation without stagex", (context) => {
  context.skip(missing("jq", "openssl").length > 0, `not installed: ${missing("jq", "openssl").join(", ")}`);
  const docs = readFileSync(join(import.meta.dirname, "../../../docs/trust.md"), "utf8");
  const [, commands = ""] = /```sh\n(jq -r \.payload[\s\S]*?)```/.exec(docs) ?? [];
  const [path = ""] = glob.sync("confirmations/pallets/it/*/*.json", {
    cwd: project.directory,
    absolute: true,
  });
  const script = `cd ${project.directory}\n${commands.replaceAll("FILE", path)}`;
  const check = () => execFileSync("sh", ["-e"], { input: script, encoding: "utf8", stdio: "pipe" });
  expect(check()).toContain("Signature Verified Successfully");
  const honest = readFileSync(path, "utf8");
  const envelope = JSON.parse(honest);
  const payload = Buffer.from(envelope.payload, "base64").toString().replace("Linux", "Minix");
  writeFileSync(path, JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString("base64") }));
  expect(check).toThrow();
  writeFileSync(path, honest);
});

describe("provenance", () => {
  test("names every source, and every tree on the way", async () => {
    const { stdout } = await project.run("provenance", "it");
    expect(JSON.parse(stdout)).toMatchObject({
      subject: [{ name: "it", digest: { sha256: project.lock.pallets.it?.image } }],
      predicateType: "https://slsa.dev/provenance/v1",
      predicate: {
        buildDefinition: { resolvedDependencies: [{ uri: "project:stages/stage0/bin/busybox" }] },
        runDetails: {
          byproducts: [{ name: "low" }, { name: "high", digest: { sha256: project.tree("high") } }],
        },
      },
    });
    expect((await project.run("provenance", "it")).stdout).toBe(stdout);
  });

  test("says by how many independent builders it was reproduced, if the policy holds", async () => {
    const ask = (...more: string[]) =>
      project.run("provenance", "it", "--reproduced", "--as", repository, "--policy", ...more);
    const { stdout } = await ask("policy.json");
    expect(JSON.parse(stdout)).toMatchObject({
      predicateType: "https://slsa.dev/verification_summary/v1",
      predicate: { verificationResult: "PASSED", verifiedLevels: ["STAGEX_REPRODUCED_BY_1"] },
    });
    const signed = JSON.parse((await ask("policy.json", "--key", dora.key)).stdout);
    expect(signed.payloadType).toBe("application/vnd.in-toto+json");

    const strict = JSON.parse(readFileSync(project.path("policy.json"), "utf8"));
    strict.images[repository].confirmations.distinct = { cpuVendors: 1, operators: 1 };
    strict.people.dora.keys[0].expires = "2020-01-01T00:00:00Z";
    project.write("strict.json", JSON.stringify(strict));
    const refused = await ask("strict.json");
    expect([refused.status, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toContain("1 independent builders have to confirm: there are 0 of 1");
  });
});

describe("an image in a layout", () => {
  const layout = project.path("layout");
  const reference = `oci:${layout}`;
  const verify = (of = layout, ...more: string[]) =>
    project.run("trust", "verify", `oci:${of}`, "--policy", "policy.json", ...more);
  const sign = (who: typeof alice, ...more: string[]) =>
    project.run("sign", "it", "--as", repository, "--key", who.key, "--attach", reference, ...more);

  /** A copy of the layout that something was done to. */
  function copyOf(change: (copy: string, index: { manifests: Entry[] }) => void): string {
    const copy = join(project.directory, `copy-${Math.random().toString(36).slice(2)}`);
    cpSync(layout, copy, { recursive: true });
    const index = JSON.parse(readFileSync(join(copy, "index.json"), "utf8"));
    change(copy, index);
    writeFileSync(join(copy, "index.json"), JSON.stringify(index));
    return copy;
  }
  interface Entry {
    mediaType: string;
    digest: string;
    size: number;
    artifactType?: string;
    annotations?: Record<string, string>;
  }
  const isSignature = ({ annotations }: Entry) =>
    annotations?.["org.opencontainers.image.ref.name"]?.endsWith(".sig");
  const image = () => project.lock.pallets.it?.image as string;
  const blob = (folder: string, digest: string) =>
    join(folder, "blobs/sha256", digest.replace("sha256:", ""));

  beforeAll(async () => {
    await project.run("build-pallet", "--name", "it", "--output", layout);
  });

  test("is refused without signatures, with one of two, and without confirmations", async () => {
    const unsigned = await verify();
    expect(unsigned.stderr).toContain("2 maintainers have to sign: there are 0 of 2");
    expect(unsigned.status).toBe(1);
    await sign(alice, "--release", "2");
    expect((await verify()).stderr).toContain("2 maintainers have to sign: there is 1 of 2 (alice)");
    await sign(bob, "--release", "2");
    const unconfirmed = await verify();
    expect(unconfirmed.stderr).toContain("because 1 independent builders have to confirm: there are 0 of 1");
    expect(unconfirmed.stderr).toContain("Confirmed by dora, it would hold.");
  });

  test("is trusted with all that the policy asks for", async () => {
    expect((await project.run("confirm", "attach", "it", reference)).status).toBe(0);
    const { status, stdout, stderr } = await verify();
    expect(stderr).toBe("");
    expect(stdout).toContain(`${repository}@sha256:${image()} is trusted\n`);
    expect(stdout).toContain("2 maintainers have to sign: there are 2 of 2 (alice, bob)");
    expect(status).toBe(0);
    const json = JSON.parse((await verify(layout, "--json")).stdout);
    expect(json).toMatchObject({ trusted: true, image: image(), agreed: { release: 2 }, builders: ["dora"] });
    expect(json.ignored).toEqual([
      expect.stringMatching(/^confirmation \w+: nobody in the policy has its key/),
    ]);
  });

  test("is signed so that openssl can check it", () => {
    const index: { manifests: Entry[] } = JSON.parse(readFileSync(join(layout, "index.json"), "utf8"));
    const manifest = JSON.parse(
      readFileSync(blob(layout, index.manifests.find(isSignature)?.digest ?? ""), "utf8"),
    );
    expect(manifest.subject.digest).toBe(`sha256:${image()}`);
    const [first] = manifest.layers;
    const signature = project.path("signature");
    writeFileSync(signature, Buffer.from(first.annotations["dev.cosignproject.cosign/signature"], "base64"));
    const checked = execFileSync("openssl", [
      ...["dgst", "-sha256", "-verify", alice.pub, "-signature", signature],
      blob(layout, first.digest),
    ]);
    expect(checked.toString()).toBe("Verified OK\n");
  });

  test("is refused when its signatures or its confirmations were stripped", async () => {
    const unsigned = copyOf((_, index) => {
      index.manifests = index.manifests.filter((one) => !isSignature(one));
    });
    expect((await verify(unsigned)).stderr).toContain("2 maintainers have to sign: there are 0 of 2");
    const unconfirmed = copyOf((_, index) => {
      index.manifests = index.manifests.filter(
        ({ artifactType }) => !artifactType?.includes("confirmations"),
      );
    });
    expect((await verify(unconfirmed)).stderr).toContain(
      "1 independent builders have to confirm: there are 0 of 1",
    );
  });

  test("is refused when its layer or its config was swapped", async () => {
    const manifest = JSON.parse(readFileSync(blob(layout, image()), "utf8"));
    for (const { digest } of [manifest.layers[0], manifest.config]) {
      const swapped = copyOf((copy) => writeFileSync(blob(copy, digest), "something else"));
      const { status, stderr } = await verify(swapped);
      expect(stderr).toContain(
        `blobs/sha256/${digest.slice(7)} does not hold the bytes that its name promises`,
      );
      expect(status).toBe(1);
    }
  });

  test("is refused when another one, well-formed, has taken its place", async () => {
    const other = evilProject();
    await other.run("pin");
    await other.run("build-pallet", "--name", "it", "--output", "layout");
    const [entry] = JSON.parse(readFileSync(other.path("layout/index.json"), "utf8")).manifests;
    const swapped = copyOf((copy, index) => {
      cpSync(other.path("layout/blobs"), join(copy, "blobs"), { recursive: true });
      index.manifests = [entry, ...index.manifests.filter(({ digest }) => digest !== `sha256:${image()}`)];
    });
    expect((await verify(swapped)).stderr).toContain("2 maintainers have to sign: there are 0 of 2");
    // Not even if the old signatures pose as its own.
    const posing = copyOf((copy, index) => {
      cpSync(other.path("layout/blobs"), join(copy, "blobs"), { recursive: true });
      const signatures = index.manifests.find(isSignature) as Entry;
      const hex = entry.digest.slice("sha256:".length);
      const annotations = { "org.opencontainers.image.ref.name": `sha256-${hex}.sig` };
      index.manifests = [entry, { ...signatures, annotations }];
    });
    const { stderr } = await verify(posing);
    expect(stderr).toContain(`it is over another image, sha256:${image()}`);
  });

  test("is refused when its name leads to a list of images", async () => {
    const list = JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.index.v1+json",
      manifests: [],
    });
    const digest = createHash("sha256").update(list).digest("hex");
    const pointing = copyOf((copy, index) => {
      writeFileSync(blob(copy, digest), list);
      const [first] = index.manifests as [Entry];
      const { annotations = {} } = first;
      const entry = {
        mediaType: "application/vnd.oci.image.index.v1+json",
        digest: `sha256:${digest}`,
        size: list.length,
      };
      index.manifests = [{ ...entry, annotations }, ...index.manifests.slice(1)];
    });
    const { status, stderr } = await verify(pointing);
    expect(stderr).toContain("because the image is a list of images, which may lead anywhere");
    expect(status).toBe(1);
  });

  test("is refused under another repository's name, and when it is an older release", async () => {
    const policy = JSON.parse(readFileSync(project.path("policy.json"), "utf8"));
    const another = "registry.example.org/stagex/another";
    policy.images[another] = policy.images[repository];
    project.write("policies.json", JSON.stringify(policy));
    const ask = (as: string) =>
      project.run("trust", "verify", reference, "--policy", "policies.json", ...(as ? ["--as", as] : []));
    expect((await ask("")).stderr).toContain("a layout does not say of which repository it is");
    const refused = await ask(another);
    expect(refused.stderr).toContain(`it is for another repository, ${repository}`);
    expect((await ask(repository)).status).toBe(0);

    policy.images[repository].minimumRelease = 3;
    project.write("policies.json", JSON.stringify(policy));
    expect((await ask(repository)).stderr).toContain("the release has to be 3 or newer: there is release 2");
  });

  test("is refused when a newer release was trusted before on this machine", async () => {
    project.write("home/trust/releases.json", JSON.stringify({ [repository]: 9 }));
    expect((await verify()).stderr).toContain("the release has to be 9 or newer: there is release 2");
    project.write("home/trust/releases.json", "nonsense");
    const damaged = await verify();
    expect([damaged.status, damaged.stderr]).toEqual([5, expect.stringContaining("Remove it only if")]);
    rmSync(project.path("home/trust/releases.json"));
    expect((await verify()).status).toBe(0);
    expect(JSON.parse(readFileSync(project.path("home/trust/releases.json"), "utf8"))).toEqual({
      [repository]: 2,
    });
  });

  test("is not signed or attached to where it is not the one that the lock pins", async () => {
    const other = evilProject();
    await other.run("pin");
    const { status, stderr } = await other.run(
      ...["sign", "it", "--as", repository, "--release", "1", "--key", alice.key, "--attach", reference],
    );
    expect(stderr).toContain(`because its image is sha256:${image()}, and the lock pins`);
    expect(status).toBe(1);
    expect(
      (await project.run("sign", "it", "--as", repository, "--release", "1", "--key", alice.key)).stderr,
    ).toContain("Cannot sign: because it is not said where the signature is to go");
  });
});
