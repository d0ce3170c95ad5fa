/** Keys that are made for a test and go with it. */
import { execFileSync, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "stagex-keys-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export interface KeyFiles {
  readonly name: string;
  /** Path of the private key. */
  readonly key: string;
  /** Path of the public key. */
  readonly pub: string;
}

/** As `openssl genpkey` makes them: for builders Ed25519, for cosign P-256. */
export function keyFiles(name: string, type: "ed25519" | "P-256" = "ed25519"): KeyFiles {
  const { privateKey, publicKey } =
    type === "P-256" ? generateKeyPairSync("ec", { namedCurve: type }) : generateKeyPairSync("ed25519");
  const [key, pub] = [join(folder, `${name}.${type}.key`), join(folder, `${name}.${type}.pub`)];
  writeFileSync(key, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  writeFileSync(pub, publicKey.export({ type: "spki", format: "pem" }));
  return { name, key, pub };
}

/** A keyring of gpg's own. Its agent ends with the test. */
export class Keyring {
  readonly home = mkdtempSync(join(folder, "gnupg-"));
  readonly env = { GNUPGHOME: this.home };

  constructor() {
    afterAll(() => {
      spawnSync("gpgconf", ["--kill", "all"], { env: { PATH: process.env.PATH, ...this.env } });
    });
  }

  gpg(...args: string[]): string {
    return execFileSync("gpg", ["--batch", "--pinentry-mode", "loopback", "--passphrase", "", ...args], {
      env: { PATH: process.env.PATH, ...this.env },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** @returns the fingerprint, and the path of the public key */
  add(name: string): { fingerprint: string; pub: string } {
    this.gpg("--quick-generate-key", `${name} <${name}@example.org>`, "ed25519", "sign", "never");
    const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(
      this.gpg("--with-colons", "--list-keys", `${name}@`),
    )?.[1];
    return { fingerprint: fingerprint as string, pub: this.exported(fingerprint as string, name) };
  }

  /** Writes a public key as it is now. @returns its path */
  exported(fingerprint: string, name: string): string {
    const pub = join(this.home, `${name}.asc`);
    writeFileSync(pub, this.gpg("--armor", "--export", fingerprint));
    return pub;
  }
}
