/** What trust costs: a policy's check of an image with many signatures, and the bill of many packages. */
import { execFileSync } from "node:child_process";
import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { formatLock, type Package, pinTrees, resolve, run as step } from "../modules/core/src/index.ts";
import { writeLayout } from "../modules/oci/src/index.ts";
import {
  attach,
  type Claim,
  confirm,
  signByGpg,
  signForCosign,
  writePolicy,
} from "../modules/trust/src/index.ts";

export interface Judged {
  /** Reference of the image. */
  readonly image: string;
  /** Path of the policy. */
  readonly policy: string;
}

const digest = (text: string) => createHash("sha256").update(text).digest("hex");

/** An image with 20 signatures and 200 confirmations, of 20 and 200 people, and a policy that asks for all of them. */
export async function makeJudged(directory: string, format: "cosign" | "openpgp"): Promise<Judged> {
  mkdirSync(directory);
  const layout = join(directory, "layout");
  const bytes = Buffer.alloc(10_240);
  const layer = {
    digest: createHash("sha256").update(bytes).digest("hex"),
    size: bytes.length,
    createdBy: "bench",
  };
  const { digest: image } = await writeLayout(layout, {
    ...{ name: "bench", platform: "linux/386", epoch: 0 },
    layers: [{ ...layer, tar: () => Readable.from([bytes]) }],
  });
  const repository = "registry.example.org/stagex/bench";
  const now = new Date();
  const recipe = digest("recipe");
  const claim: Claim = {
    ...{ repository, image, release: 1, recipe, signed: now },
    expires: new Date(now.getTime() + 86_400_000),
  };
  const made =
    format === "cosign"
      ? people("signer", 20).map((one) => ({ ...one, signature: signForCosign(claim, one.privateKey) }))
      : gpgPeople(directory, 20).map((one) => ({
          ...one,
          signature: { content: signByGpg(claim, one.fingerprint) },
        }));
  const builders = people("builder", 200);
  attach(
    layout,
    image,
    format,
    made.map(({ signature }) => signature),
  );
  const circumstances = {
    machine: { cpuVendor: "AuthenticAMD", cpuModel: "Some CPU", kernel: "Linux 6.12" },
    ...{ executor: "sandbox", sandbox: "user namespaces", stagex: "0", time: now },
  };
  const known = { kind: "pallet", name: "bench", recipe, digest: image } as const;
  const confirmations = builders.map(({ person, ...keys }) => ({
    content: Buffer.from(confirm(known, { name: person, ...keys }, circumstances)),
  }));
  attach(layout, image, "confirmation", confirmations);
  const policy = join(directory, "policy.json");
  const file = writePolicy({ repository, signers: made, builders, signatures: 20, confirmations: 200 });
  writeFileSync(policy, JSON.stringify(file));
  return { image: `oci:${layout}`, policy };
}

function people(role: string, count: number) {
  return Array.from({ length: count }, (_, number) => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519") as {
      privateKey: KeyObject;
      publicKey: KeyObject;
    };
    const text = publicKey.export({ type: "spki", format: "pem" }).toString();
    return { person: `${role}-${number}`, path: role, text, privateKey, publicKey };
  });
}

/** People with keys in a keyring of gpg's own, which this process uses from now on. */
function gpgPeople(directory: string, count: number) {
  const home = join(directory, "gnupg");
  mkdirSync(home, { mode: 0o700 });
  process.env.GNUPGHOME = home;
  const gpg = (...args: string[]) =>
    execFileSync("gpg", ["--batch", "--pinentry-mode", "loopback", "--passphrase", "", ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  process.on("exit", () => execFileSync("gpgconf", ["--kill", "all"]));
  return Array.from({ length: count }, (_, number) => {
    const person = `gpg-${number}`;
    gpg("--quick-generate-key", `<${person}@example.org>`, "ed25519", "sign", "never");
    const listed = gpg("--with-colons", "--list-keys", `<${person}@example.org>`);
    const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(listed)?.[1] ?? "";
    return { person, path: "gpg", text: gpg("--armor", "--export", fingerprint), fingerprint };
  });
}

/** A lock with a pallet of so many packages, each with sources and built by all before it. @returns its path */
export function makeLargePallet(directory: string, count: number): string {
  mkdirSync(directory);
  const packages: Package[] = [];
  for (let number = 0; number < count; number++) {
    const name = `package-${number}`;
    packages.push({
      ...{ name, version: "1.0", license: "MIT", summary: "One of many", needs: packages.slice(-20) },
      sources: [1, 2, 3].map((part) => ({
        sha256: digest(`${name} ${part}`),
        size: 1,
        file: `${name}-${part}.tar.gz`,
        from: [`https://example.org/${name}-${part}.tar.gz`],
      })),
      build: [step("/usr/bin/make", "-f", "Makefile", "all")],
    });
  }
  const stage = { number: 0, directory: ".", platform: "linux/386", packages };
  const pallet = { name: "large", summary: "A large pallet", packages };
  const files = { match: () => [], describe: () => ({ sha256: digest(""), size: 0 }) };
  const lock = pinTrees(
    resolve({ stages: [stage], pallets: [pallet] }, files),
    new Map(packages.map(({ name }) => [name, digest(name)])),
  );
  for (const one of Object.values(lock.pallets)) one.image = digest("image");
  const path = join(directory, "stagex.lock");
  writeFileSync(path, formatLock(lock));
  return path;
}
