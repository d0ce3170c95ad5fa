/** OpenPGP signatures, by the programs gpg and gpgv: no private key ever comes into this process. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { StagexError } from "@stagex/core";
import { type Claim, writeClaim } from "./claim.ts";
import { DOCUMENT_LIMIT } from "./document.ts";
import type { Signature } from "./evaluate.ts";
import type { Policy } from "./policy.ts";

/** A claim, signed by gpg with whatever holds the key: its agent, or a smart card. */
export function signByGpg(claim: Claim, fingerprint: string): Uint8Array {
  const { status, stdout, stderr, error } = spawnSync(
    "gpg",
    ["--batch", "--yes", "--local-user", `${fingerprint}!`, "--output", "-", "--sign"],
    { input: writeClaim(claim, "openpgp"), stdio: ["pipe", "pipe", "pipe"] },
  );
  if (status === 0) return stdout;
  const cannot = `sign with the OpenPGP key ${fingerprint}`;
  if (error) throw noGpg(cannot, "gpg", error);
  throw new StagexError("usage", {
    cannot,
    because: lastLine(stderr.toString()),
    remedy: "`gpg --list-secret-keys` shows the keys.",
  });
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";

/** The fingerprint of the primary key in an armoured block, which has to hold one key. */
export function fingerprintOf(text: string, path: string): string {
  const { stdout, status, error } = spawnSync("gpg", ["--batch", "--with-colons", "--show-keys"], {
    input: text,
    encoding: "utf8",
  });
  if (error) throw noGpg(`use the key ${path}`, "gpg", error);
  const records = stdout.split("\n").map((line) => line.split(":"));
  const primary = records.filter(([type]) => type === "pub");
  const fingerprint = records.find(([type]) => type === "fpr")?.[9];
  if (status === 0 && primary.length === 1 && fingerprint?.length === 40) return fingerprint;
  throw new StagexError("usage", {
    cannot: `use the key ${path}`,
    because: "it is not one OpenPGP key of version 4",
  });
}

const noGpg = (cannot: string, program: string, cause: unknown) =>
  new StagexError("machine", {
    cannot,
    because: `${program} is not installed`,
    remedy: `Install it, e.g. with \`apt install ${program}\`.`,
    cause,
  });

/**
 * Checks signatures by the policy's OpenPGP keys, whatever the user's own keyring holds or trusts.
 *
 * @throws StagexError of kind `machine` when there is a signature to check and no gpgv
 */
export async function verifyByGpgv(
  signatures: readonly { readonly source: string; readonly content: Uint8Array }[],
  policy: Policy,
): Promise<Signature[]> {
  if (signatures.length === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), "stagex-gpgv-"));
  try {
    const keyring = join(folder, "keyring");
    const keys = [...policy.keys.values()].filter(({ publicKey }) => !publicKey);
    writeFileSync(keyring, Buffer.concat(keys.map(({ text }) => dearmour(text))));
    const checked: Signature[] = [];
    for (let done = 0; done < signatures.length; done += AT_ONCE) {
      const batch = signatures.slice(done, done + AT_ONCE);
      checked.push(
        ...(await Promise.all(batch.map(({ source, content }) => verifyOne(source, content, keyring)))),
      );
    }
    return checked;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Processes of gpgv that run side by side. */
const AT_ONCE = 32;

/** The bytes of an armoured block: between the empty line and the checksum, in base64 (RFC 4880, 6.2). */
export function dearmour(text: string): Buffer {
  const body = text.split(/\r?\n\s*\r?\n/)[1] ?? "";
  return Buffer.from(body.split(/^[=-]/m)[0] ?? "", "base64");
}

async function verifyOne(source: string, content: Uint8Array, keyring: string): Promise<Signature> {
  const { code, status, output } = await runGpgv(content, keyring);
  const lines = status
    .split("\n")
    .flatMap((line) => (line.startsWith("[GNUPG:] ") ? [line.split(" ").slice(1)] : []));
  const has = (word: string) => lines.some(([first]) => first === word);
  const fault = Object.keys(faults).find(has);
  if (fault) return { source, refused: faults[fault] as string };
  const [valid, another] = lines.filter(([word]) => word === "VALIDSIG");
  // The last word is the fingerprint of the primary key, also where a subkey signed.
  const key = valid?.at(-1);
  if (code === 0 && has("GOODSIG") && key && !another) return { source, key, payload: output };
  return { source, refused: "it is not one good OpenPGP signature by a key of the policy" };
}

interface Run {
  readonly code: number | null;
  readonly status: string;
  readonly output: Uint8Array;
}

function runGpgv(content: Uint8Array, keyring: string): Promise<Run> {
  return new Promise((resolve, reject) => {
    // The status comes on a descriptor of its own: nothing that a signature says can pass as it.
    const child = spawn("gpgv", ["--keyring", keyring, "--status-fd", "3", "--output", "-"], {
      env: { PATH: process.env.PATH, GNUPGHOME: dirname(keyring) },
      stdio: ["pipe", "pipe", "ignore", "pipe"],
    });
    const parts: { output: Buffer[]; status: Buffer[] } = { output: [], status: [] };
    let size = 0;
    for (const [name, stream] of [
      ["output", child.stdout],
      ["status", child.stdio[3]],
    ] as const) {
      stream?.on("data", (chunk: Buffer) => {
        size += chunk.length;
        // What was compressed may grow without end.
        if (size > DOCUMENT_LIMIT) child.kill("SIGKILL");
        else parts[name].push(chunk);
      });
    }
    child.stdin?.on("error", () => {}).end(content);
    child.on("error", (cause) => reject(noGpg("check OpenPGP signatures", "gpgv", cause)));
    child.on("close", (code) =>
      resolve({ code, status: Buffer.concat(parts.status).toString(), output: Buffer.concat(parts.output) }),
    );
  });
}

const faults: Readonly<Record<string, string>> = {
  NO_PUBKEY: "it is by an OpenPGP key that nobody in the policy has",
  REVKEYSIG: "it is by an OpenPGP key that is revoked",
  EXPKEYSIG: "it is by an OpenPGP key that has expired",
  EXPSIG: "it is an OpenPGP signature that has expired",
  BADSIG: "it was changed after it was signed",
};
