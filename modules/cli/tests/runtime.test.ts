/**
 * Images in a registry: verified by stagex, and enforced by skopeo and podman without any of our code. All programs are
 * Debian's: `apt install docker-registry skopeo podman gpg`.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { Keyring, keyFiles } from "./keys.ts";
import { needsBusybox, Project, pallet, script } from "./project.ts";
import { Liar, missing, startRegistry } from "./registry.ts";

needsBusybox();
const absent = missing("docker-registry", "skopeo", "gpg", "gpgv");
beforeEach((context) => context.skip(absent.length > 0, `not installed: ${absent.join(", ")}`));

const [alice, bob] = [keyFiles("alice", "P-256"), keyFiles("bob", "P-256")];
const [dora, emil] = [keyFiles("dora"), keyFiles("emil")];

const low = script("low", "echo low >/out/low");
const project = new Project([low], [pallet("it", low)]);
const evil = script("low", "echo evil >/out/low");
const evilProject = new Project([evil], [pallet("it", evil)]);

let registry: string;
let liar: Liar;

beforeAll(async () => {
  if (absent.length > 0) return;
  registry = await startRegistry();
  liar = await Liar.start(registry);
  for (const [one, name] of [
    [project, "it"],
    [evilProject, "evil"],
  ] as const) {
    await one.run("pin");
    await one.run("build-pallet", "--name", "it", "--output", "layout");
    for (const repository of [name, `${name}-gpg`]) {
      await copy(
        [`oci:${one.path("layout")}`, `docker://${registry}/stagex/${repository}`],
        ["--insecure-policy"],
      );
    }
  }
  await project.run("reproduce", "it", "--key", dora.key, "--builder", "dora");
});

interface Result {
  readonly ok: boolean;
  readonly output: string;
}

function run(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<Result> {
  return new Promise((done) =>
    execFile(program, args, { env: { PATH: process.env.PATH, ...env } }, (error, stdout, stderr) =>
      done({ ok: error === null, output: stdout + stderr }),
    ),
  );
}

const copy = ([from, to]: [string, string], options: string[] = [], env?: Record<string, string>) =>
  run(
    "skopeo",
    [...options, "copy", "--preserve-digests", "--src-tls-verify=false", "--dest-tls-verify=false", from, to],
    env,
  );

const image = () => project.lock.pallets.it?.image as string;

async function writePolicy(path: string, repository: string, signers: [string, string][], ...more: string[]) {
  const { stdout, stderr } = await project.run(
    ...["trust", "policy", "init", "--image", repository, "--confirmations", "1"],
    ...signers.flatMap(([name, pub]) => ["--signer", `${name}=${pub}`]),
    ...more,
  );
  expect(stderr).toBe("");
  project.write(path, stdout);
}

describe("stagex trust verify, on a registry", () => {
  const repository = () => `${liar.host}/stagex/it`;
  const verify = (...more: string[]) =>
    project.run("trust", "verify", `docker://${repository()}`, "--policy", "policy.json", ...more);

  beforeAll(async () => {
    if (absent.length > 0) return;
    await writePolicy(
      "policy.json",
      repository(),
      [
        ["alice", alice.pub],
        ["bob", bob.pub],
      ],
      ...["--builder", `dora=${dora.pub}`],
    );
  });

  test("finds signatures and confirmations that were attached there", async () => {
    const to = `docker://${registry}/stagex/it`;
    expect((await verify()).stderr).toContain("2 maintainers have to sign: there are 0 of 2");
    for (const { key } of [alice, bob]) {
      const signed = await project.run(
        ...["sign", "it", "--as", repository(), "--release", "1", "--key", key, "--attach", to],
      );
      expect(signed).toMatchObject({ status: 0, stderr: "" });
    }
    expect(await project.run("confirm", "attach", "it", to)).toMatchObject({ status: 0, stderr: "" });
    const { status, stdout, stderr } = await verify();
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`${repository()}@sha256:${image()} is trusted`);
    expect(stdout).toContain("1 independent builders have to confirm: there is 1 of 1 (dora)");
    expect((await evilProject.run("confirm", "add", to)).stderr).toContain("another recipe");
  });

  test("keeps what others attached before", async () => {
    const to = `docker://${registry}/stagex/it`;
    const theirs = project.path("theirs");
    await project.run("reproduce", "it", "--key", emil.key, "--builder", "emil", "--output", theirs);
    expect((await project.run("confirm", "attach", "it", to, theirs)).status).toBe(0);
    const { stdout } = await verify("--json");
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ trusted: true, signers: ["alice", "bob"], builders: ["dora"] },
      ignored: [expect.stringMatching(/^confirmation \w+: nobody in the policy has its key/)],
    });
    const listed = await fetch(`http://${registry}/v2/stagex/it/manifests/sha256-${image()}`, {
      headers: { accept: "application/vnd.oci.image.index.v1+json" },
    }).then((answer) => answer.json() as Promise<{ manifests: object[] }>);
    expect(listed.manifests).toHaveLength(3);
  });

  test("skopeo refuses cosign's signature by one of two, and accepts both", async (context) => {
    const home = mkdtempSync(join(tmpdir(), "stagex-cosign-"));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const exported = await project.run("trust", "policy", "export", "policy.json", "--format", "cosign");
    const containers = join(home, ".config/containers");
    mkdirSync(join(containers, "registries.d"), { recursive: true });
    writeFileSync(
      join(containers, "registries.d/stagex.yaml"),
      JSON.stringify({ docker: { [repository()]: { "use-sigstore-attachments": true } } }),
    );
    const stranger = keyFiles("stranger", "P-256");
    const policy = JSON.parse(exported.stdout);
    const tryTo = (changed: object) => {
      writeFileSync(join(containers, "policy.json"), JSON.stringify(changed));
      rmSync(join(home, "copy"), { recursive: true, force: true });
      return copy([`docker://${repository()}`, `dir:${home}/copy`], [], { HOME: home });
    };
    const accepted = await tryTo(policy);
    context.skip(
      accepted.output.includes("sigstore disabled"),
      "this skopeo, as Debian's, knows no sigstore",
    );
    expect(accepted).toMatchObject({ ok: true });
    policy.transports.docker[repository()][1].keyData = readFileSync(stranger.pub).toString("base64");
    expect((await tryTo(policy)).ok).toBe(false);
  });

  const lies: [string, () => Liar["lie"], RegExp][] = [
    [
      "gives another image under that name",
      () => async (path, response) => {
        const body = await fetch(`http://${registry}${path.replace("/it/", "/evil/")}`, {
          headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
        });
        response.writeHead(body.status, { "content-type": body.headers.get("content-type") ?? "" });
        response.end(Buffer.from(await body.arrayBuffer()));
        return true;
      },
      /there are 0 of 2/,
    ],
    [
      "redirects to another host, which has another image",
      () => (path, response) => {
        if (!path.includes("/it/")) return false;
        response.writeHead(307, { location: `http://${registry}${path.replace("/it/", "/evil/")}` }).end();
        return true;
      },
      /there are 0 of 2/,
    ],
    [
      "gives another layer",
      () => (path, response) => {
        if (!path.includes("/blobs/")) return false;
        response.end("something else");
        return true;
      },
      /Cannot get docker:.*because .*(?:[Dd]igest|does not match|size)/,
    ],
    [
      "withholds the signatures",
      () => (path, response) => {
        if (!path.endsWith(".sig") && !path.includes("sha256-")) return false;
        response.writeHead(404).end();
        return true;
      },
      /there are 0 of 2/,
    ],
    [
      "leads to a list of images",
      () => (path, response) => {
        if (!path.endsWith("/manifests/latest")) return false;
        response.writeHead(200, { "content-type": "application/vnd.oci.image.index.v1+json" });
        const type = "application/vnd.oci.image.index.v1+json";
        response.end(JSON.stringify({ schemaVersion: 2, mediaType: type, manifests: [] }));
        return true;
      },
      /is a list of images, which may lead anywhere|Cannot get/,
    ],
  ];

  test.each(lies)("refuses it when the registry %s", async (_, lie, says) => {
    liar.lie = lie();
    const { status, stderr } = await verify();
    liar.lie = () => false;
    expect(stderr).toMatch(says);
    expect([1, 4]).toContain(status);
  });

  test("also finds what only the registry's own list of referrers names, and heeds no huge list", async () => {
    const listed = await fetch(`http://${registry}/v2/stagex/it/manifests/sha256-${image()}`, {
      headers: { accept: "application/vnd.oci.image.index.v1+json" },
    }).then((answer) => answer.text());
    const answering =
      (list: string): Liar["lie"] =>
      (path, response) => {
        if (path.includes("/manifests/sha256-")) response.writeHead(404).end();
        else if (path.includes("/referrers/")) response.end(list);
        else return false;
        return true;
      };
    liar.lie = answering(listed);
    const trusted = await verify();
    liar.lie = answering(`${" ".repeat(2_000_000)}${listed}`);
    const flooded = await verify();
    liar.lie = () => false;
    expect([trusted.status, trusted.stderr]).toEqual([0, ""]);
    expect(flooded.stderr).toContain("the registry's list of referrers: it is longer than 1048576 bytes");
    expect(flooded.status).toBe(1);
  });
});

describe("with signatures by gpg in a lookaside folder", () => {
  const home = mkdtempSync(join(tmpdir(), "stagex-runtime-"));
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  const lookaside = join(home, "lookaside");
  const containers = join(home, ".config/containers");
  const repository = () => `${registry}/stagex/it-gpg`;
  const keyring = absent.length > 0 ? undefined : new Keyring();
  const maintainers = keyring && { alice: keyring.add("alice"), bob: keyring.add("bob") };

  const sign = (fingerprint: string, changes: { as?: string; days?: string } = {}) =>
    project.start(
      [
        ...[
          "sign",
          "it",
          "--as",
          changes.as ?? repository(),
          "--release",
          "1",
          "--days",
          changes.days ?? "30",
        ],
        ...["--key", `gpg:${fingerprint}`, "--lookaside", lookaside],
      ],
      { env: { ...keyring?.env } },
    ).ended;
  const verify = () =>
    project.run(
      "trust",
      "verify",
      `docker://${repository()}`,
      "--policy",
      "gpg.json",
      "--lookaside",
      lookaside,
    );
  const skopeo = () => {
    const to = join(home, "copy");
    rmSync(to, { recursive: true, force: true });
    return copy([`docker://${repository()}`, `dir:${to}`], [], { HOME: home });
  };
  const podman = () =>
    run(
      "podman",
      [
        ...["--root", join(home, "storage"), "--runroot", join(home, "run"), "--storage-driver=vfs"],
        ...["--events-backend=none", "--cgroup-manager=cgroupfs", "pull", "--quiet", "--tls-verify=false"],
        repository(),
      ],
      { HOME: home, XDG_RUNTIME_DIR: home },
    );

  beforeAll(async () => {
    if (!maintainers) return;
    await writePolicy("gpg.json", repository(), [
      ["alice", maintainers.alice.pub],
      ["bob", maintainers.bob.pub],
    ]);
    const exported = await project.run("trust", "policy", "export", "gpg.json");
    mkdirSync(join(containers, "registries.d"), { recursive: true });
    writeFileSync(join(containers, "policy.json"), exported.stdout);
    writeFileSync(
      join(containers, "registries.d/stagex.yaml"),
      JSON.stringify({ docker: { [repository()]: { lookaside: `file://${lookaside}` } } }),
    );
  });

  const signatures = () => join(lookaside, `stagex/it-gpg@sha256=${image()}`);

  test("skopeo and podman refuse an image without signatures, and with one of two", async (context) => {
    if (!maintainers) return;
    context.skip(missing("podman").length > 0, "podman is not installed");
    for (const { ok, output } of [await skopeo(), await podman()]) {
      expect(output).toContain("A signature was required, but no signature exists");
      expect(ok).toBe(false);
    }
    expect(await sign(maintainers.alice.fingerprint)).toMatchObject({ status: 0, stderr: "" });
    for (const { ok, output } of [await skopeo(), await podman()]) {
      expect(output).toContain("Source image rejected: Invalid GPG signature");
      expect(ok).toBe(false);
    }
    expect((await verify()).stderr).toContain("2 maintainers have to sign: there is 1 of 2 (alice)");
  });

  test("a single requirement with both keys would be met by one signature, which is why there are two", async () => {
    if (!maintainers) return;
    const strict = readFileSync(join(containers, "policy.json"), "utf8");
    const policy = JSON.parse(strict);
    const [first, second] = policy.transports.docker[repository()];
    expect([first.type, second.type]).toEqual(["signedBy", "signedBy"]);
    const keys = [first, second].map(({ keyData }) => Buffer.from(keyData, "base64"));
    policy.transports.docker[repository()] = [{ ...first, keyData: Buffer.concat(keys).toString("base64") }];
    writeFileSync(join(containers, "policy.json"), JSON.stringify(policy));
    expect((await skopeo()).ok).toBe(true);
    writeFileSync(join(containers, "policy.json"), strict);
    expect((await skopeo()).ok).toBe(false);
  });

  test("skopeo and podman accept the image with both, and so does stagex", async (context) => {
    if (!maintainers) return;
    context.skip(missing("podman").length > 0, "podman is not installed");
    await sign(maintainers.bob.fingerprint);
    expect(await skopeo()).toMatchObject({ ok: true });
    expect(await podman()).toMatchObject({ ok: true, output: expect.stringMatching(/^[0-9a-f]{64}\n/) });
    expect(await verify()).toMatchObject({ status: 0, stderr: "" });
  });

  test("stagex refuses signatures for another name, that were edited, smuggled in, or by strangers", async () => {
    if (!keyring || !maintainers) return;
    rmSync(lookaside, { recursive: true });
    const mallory = keyring.add("mallory");
    await sign(maintainers.alice.fingerprint);
    const good = readFileSync(join(signatures(), "signature-1"));
    await sign(mallory.fingerprint);
    const other = `${registry}/other/it-gpg`;
    await sign(maintainers.bob.fingerprint, { as: other });
    const misplaced = readFileSync(join(lookaside, `other/it-gpg@sha256=${image()}/signature-1`));
    writeFileSync(join(signatures(), "signature-3"), misplaced);
    const edited = Buffer.from(good);
    edited[edited.length - 5] = (edited.at(-5) as number) ^ 1;
    writeFileSync(join(signatures(), "signature-4"), edited);
    writeFileSync(join(signatures(), "signature-5"), "not a signature");
    // A claim that nobody signed, before one that bob signed for something else.
    const claim = join(home, "claim");
    writeFileSync(claim, keyring.gpg("--decrypt", join(signatures(), "signature-1")));
    keyring.gpg("--output", join(home, "unsigned"), "--store", claim);
    // A signed claim that is small only as long as it is compressed.
    writeFileSync(join(home, "zeros"), Buffer.alloc(50_000_000));
    const bomb = ["--local-user", maintainers.bob.fingerprint, "--output", join(signatures(), "signature-7")];
    keyring.gpg(...bomb, "--sign", join(home, "zeros"));
    const smuggled = Buffer.concat([readFileSync(join(home, "unsigned")), misplaced]);
    writeFileSync(join(signatures(), "signature-6"), smuggled);
    const { status, stderr } = await verify();
    expect(stderr).toContain("2 maintainers have to sign: there is 1 of 2 (alice)");
    expect(stderr).toMatch(/signature-2: it is by an OpenPGP key that nobody in the policy has/);
    expect(stderr).toContain(`signature-3: it is for another repository, ${other}`);
    expect(stderr).toMatch(
      /signature-4: it (was changed after it was signed|is not one good OpenPGP signature)/,
    );
    expect(stderr).toMatch(/signature-5: it is not one good OpenPGP signature/);
    expect(stderr).toMatch(/signature-6: it (is not one good OpenPGP signature|is for another repository)/);
    expect(stderr).toMatch(/signature-7: it is not one good OpenPGP signature/);
    expect(status).toBe(1);
  });

  test("stagex refuses a signature by a key that was revoked", async () => {
    if (!keyring || !maintainers) return;
    rmSync(lookaside, { recursive: true });
    for (const { fingerprint } of Object.values(maintainers)) await sign(fingerprint);
    expect((await verify()).status).toBe(0);
    const certificate = join(keyring.home, "openpgp-revocs.d", `${maintainers.bob.fingerprint}.rev`);
    expect(existsSync(certificate)).toBe(true);
    writeFileSync(certificate, readFileSync(certificate, "utf8").replace(":-----BEGIN", "-----BEGIN"));
    keyring.gpg("--import", certificate);
    await writePolicy("gpg.json", repository(), [
      ["alice", maintainers.alice.pub],
      ["bob", keyring.exported(maintainers.bob.fingerprint, "bob")],
    ]);
    const { status, stderr } = await verify();
    expect(stderr).toContain("it is by an OpenPGP key that is revoked");
    expect(status).toBe(1);
  });

  test("gpg's own refusal is told", async () => {
    const { status, stderr } = await sign("0".repeat(40));
    expect(stderr).toContain(`Cannot sign with the OpenPGP key ${"0".repeat(40)}: because gpg:`);
    expect(status).toBe(2);
  });
});
