/** OpenPGP signatures, by the programs gpg and gpgv: no private key ever comes into this process. */
import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { StagexError } from "@stagex/core";
import { type Claim, writeClaim } from "./claim.ts";
import { DOCUMENT_LIMIT } from "./document.ts";
import type { Signature } from "./evaluate.ts";
import type { Policy } from "./policy.ts";

/** A claim, signed by gpg with whatever holds the key: its agent, or a smart card. */
export function signByGpg(claim: Claim, fingerprint: string): Uint8Array {
  const cannot = `sign with the OpenPGP key ${fingerprint}`;
  const options = ["--yes", "--local-user", `${fingerprint}!`, "--output", "-", "--sign"];
  const { status, stdout, stderr } = runGpg(cannot, options, writeClaim(claim, "openpgp"));
  if (status === 0) return stdout;
  throw new StagexError("usage", {
    cannot,
    because: lastLine(stderr.toString()),
    remedy: "`gpg --list-secret-keys` shows the keys.",
  });
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";

/** Runs gpg with `input`. One that has seen enough may end before it has read all: its status tells what to think of it. */
function runGpg(cannot: string, options: readonly string[], input: string | Uint8Array) {
  const outcome = spawnSync("gpg", ["--batch", ...options], { input });
  const error: NodeJS.ErrnoException | undefined = outcome.error;
  if (error?.code === "ENOENT") throw noGpg(cannot, "gpg", error);
  if (error && error.code !== "EPIPE") throw error;
  return outcome;
}

/** The fingerprint of the primary key in an armoured block, which has to hold one key. */
export function fingerprintOf(text: string, path: string): string {
  const cannot = `use the key ${path}`;
  const { stdout, status } = runGpg(cannot, ["--with-colons", "--show-keys"], text);
  const records = stdout
    .toString()
    .split("\n")
    .map((line) => line.split(":"));
  const primary = records.filter(([type]) => type === "pub");
  const fingerprint = records.find(([type]) => type === "fpr")?.[9];
  if (status === 0 && primary.length === 1 && fingerprint?.length === 40) return fingerprint;
  throw new StagexError("usage", {
    cannot,
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
  const keys = [...policy.keys.values()].filter(({ publicKey }) => !publicKey);
  const path = (index: number) => join(folder, `${index}`);
  try {
    writeFileSync(join(folder, "keyring"), Buffer.concat(keys.map(({ text }) => dearmour(text))));
    for (const [index, { content }] of signatures.entries()) writeFileSync(path(index), content);
    await runGpgv(folder, [...signatures.keys()]);
    return signatures.map(({ source }, index) => ({ source, ...readOutcome(path(index)) }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The bytes of an armoured block: between the empty line and the checksum, in base64 (RFC 4880, 6.2). */
export function dearmour(text: string): Buffer {
  const body = text.split(/\r?\n\s*\r?\n/)[1] ?? "";
  return Buffer.from(body.split(/^[=-]/m)[0] ?? "", "base64");
}

/**
 * Runs gpgv for each signature. It is a shell that does, since Node takes milliseconds to start a program. What gpgv
 * says of a signature comes on a descriptor of its own, so that nothing in the signature can pass as it; and what was
 * compressed may not grow without end.
 */
const SCRIPT = `
command -v gpgv >/dev/null || exit 127
ulimit -f ${DOCUMENT_LIMIT / 512}
started=0
for signature; do
  gpgv --keyring "$PWD/keyring" --status-fd 3 --output "$signature.payload" "$signature" \
    3>"$signature.status" 2>/dev/null && : >"$signature.passed" &
  started=$((started + 1))
  [ $((started % 32)) -ne 0 ] || wait
done
wait`;

async function runGpgv(folder: string, names: readonly number[]): Promise<void> {
  const options = { cwd: folder, env: { PATH: process.env.PATH, GNUPGHOME: folder } };
  await promisify(execFile)("sh", ["-c", SCRIPT, "sh", ...names.map(String)], options).catch((cause) => {
    throw cause.code === 127 ? noGpg("check OpenPGP signatures", "gpgv", cause) : cause;
  });
}

/** What gpgv left beside a signature. */
function readOutcome(path: string) {
  const lines = readFileSync(`${path}.status`, "utf8")
    .split("\n")
    .flatMap((line) => (line.startsWith("[GNUPG:] ") ? [line.split(" ").slice(1)] : []));
  const has = (word: string) => lines.some(([first]) => first === word);
  const fault = Object.keys(faults).find(has);
  if (fault) return { refused: faults[fault] as string };
  const [valid, another] = lines.filter(([word]) => word === "VALIDSIG");
  // The last word is the fingerprint of the primary key, also where a subkey signed.
  const key = valid?.at(-1);
  if (existsSync(`${path}.passed`) && has("GOODSIG") && key && !another)
    return { key, payload: readFileSync(`${path}.payload`) };
  return { refused: "it is not one good OpenPGP signature by a key of the policy" };
}

const faults: Readonly<Record<string, string>> = {
  NO_PUBKEY: "it is by an OpenPGP key that nobody in the policy has",
  REVKEYSIG: "it is by an OpenPGP key that is revoked",
  EXPKEYSIG: "it is by an OpenPGP key that has expired",
  EXPSIG: "it is an OpenPGP signature that has expired",
  BADSIG: "it was changed after it was signed",
};
