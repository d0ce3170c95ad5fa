/** What a machine needs for the sandbox, and which of its settings forbid it. */
import { readFileSync } from "node:fs";
import { SandboxError } from "./errors.ts";
import { Runner } from "./runner.ts";

export interface Diagnosis {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly remedy?: string;
}

/** For `stagex doctor`. */
export async function diagnoseSandbox(): Promise<Diagnosis[]> {
  const settings = Object.entries(forbidding).map(([path, { bad, remedy }]): Diagnosis => {
    const value = read(path);
    const name = path.replace("/proc/sys/", "").replaceAll("/", ".");
    const ok = value === undefined || !bad(value);
    return { what: `setting ${name}`, ok, detail: value ?? "not there, which is fine", remedy };
  });
  const sandbox = await Runner.start().then(
    (): Diagnosis => ({ what: "namespaces", ok: true, detail: "a user and a mount namespace can be made" }),
    (error: SandboxError): Diagnosis => ({
      what: "namespaces",
      ok: false,
      detail: error.because,
      ...(error.remedy && { remedy: error.remedy }),
    }),
  );
  return [...settings, sandbox];
}

/** Settings of the kernel that keep an ordinary user, or everyone, from making namespaces. */
const forbidding: Readonly<Record<string, { bad(value: string): boolean; remedy: string }>> = {
  "/proc/sys/user/max_user_namespaces": {
    bad: (value) => Number(value) === 0,
    remedy: "Run `sysctl user.max_user_namespaces=15000` as root.",
  },
  "/proc/sys/kernel/unprivileged_userns_clone": {
    bad: (value) => value === "0" && process.getuid?.() !== 0,
    remedy: "Run `sysctl kernel.unprivileged_userns_clone=1` as root, or run stagex as root.",
  },
  "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": {
    bad: (value) => value === "1" && process.getuid?.() !== 0,
    remedy: "Run `sysctl kernel.apparmor_restrict_unprivileged_userns=0` as root, or run stagex as root.",
  },
};

/** Turns the words of `sandbox.pl` into an error that names what forbids the sandbox and what to do. */
export async function explainSetupFailure(words: string): Promise<SandboxError> {
  const culprit = Object.entries(forbidding).find(([path, { bad }]) => {
    const value = read(path);
    return value !== undefined && bad(value);
  });
  if (words.includes("ENOENT")) {
    return new SandboxError("machine", {
      cannot: "set up the sandbox",
      because: "perl is not installed",
      remedy: "Install it, e.g. with `apt install perl-base`.",
    });
  }
  if (culprit) {
    const [path, { remedy }] = culprit;
    return new SandboxError("machine", {
      cannot: "set up the sandbox",
      because: `the setting ${path} forbids it (${words.trim()})`,
      remedy,
    });
  }
  return new SandboxError("machine", {
    cannot: "set up the sandbox",
    because: words.trim(),
    remedy: /not permitted|denied/i.test(words)
      ? "In a container, allow user namespaces and mounts (e.g. `--security-opt seccomp=unconfined`, or `--privileged`)."
      : "`stagex doctor` tells what the machine lacks.",
  });
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
