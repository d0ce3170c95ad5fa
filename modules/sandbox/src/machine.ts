/** Settings of this machine that forbid the sandbox, and what its failures mean. */
import { readFileSync } from "node:fs";
import { SandboxError } from "./errors.ts";

/** Turns the words of `sandbox.pl` into an error that names what forbids the sandbox and what to do. */
export function explainSetupFailure(words: string): SandboxError {
  const { because, remedy } = explain(words.trim());
  return new SandboxError("machine", { cannot: "set up the sandbox", because, remedy });
}

function explain(words: string): { because: string; remedy: string } {
  if (words.includes("spawn perl")) {
    return { because: `perl does not start (${words})`, remedy: "Install it with `apt install perl-base`." };
  }
  // A limit that is reached shows as "No space left on device".
  const setting = /not permitted|denied|no space left/i.test(words) && SETTINGS.find(forbids);
  if (setting)
    return { because: `the setting ${setting.name} forbids it (${words})`, remedy: setting.remedy };
  if (/no space left/i.test(words)) {
    return {
      because: `the disk is full (${words})`,
      remedy: "Make room, for instance with `stagex gc`, and run the command again.",
    };
  }
  if (words.includes("mount overlay")) {
    return {
      because: `overlayfs cannot be used there (${words})`,
      remedy:
        "Linux must be 5.11 or newer, and the builds' folder on ext4, xfs, btrfs or tmpfs: not on NFS, and not on another\n" +
        "overlay, as a container's own files are. Set STAGEX_HOME to a folder on such a file system, e.g. a volume.",
    };
  }
  if (words.includes("mount proc")) {
    return {
      because: `a /proc of its own cannot be mounted (${words})`,
      remedy:
        "Linux must be 5.8 or newer. A container must be started with `--security-opt systempaths=unconfined`, or with\n" +
        "`--privileged`.",
    };
  }
  const [, closed] = /^(\/.*): Permission denied$/.exec(words) ?? [];
  if (closed) {
    return {
      because: `a folder above ${closed} belongs to another user and is closed to others`,
      remedy:
        "Set STAGEX_HOME to a folder of your own. (With sudo, HOME may still be that of the other user.)",
    };
  }
  if (/not permitted|denied/i.test(words)) {
    return {
      because: `this process may not make namespaces (${words})`,
      remedy:
        "In a container, start it with `--security-opt seccomp=unconfined --security-opt apparmor=unconfined\n" +
        "--security-opt systempaths=unconfined`, or with `--privileged`.",
    };
  }
  return { because: words, remedy: "`stagex doctor` tells what the machine lacks." };
}

interface Setting {
  readonly name: string;
  readonly path: string;
  readonly forbidding: string;
  /** Whether root is exempt. */
  readonly ordinaryUsersOnly: boolean;
  readonly remedy: string;
}

export const SETTINGS: readonly Setting[] = (
  [
    ["user.max_user_namespaces", "0", "15000", false],
    ["kernel.unprivileged_userns_clone", "0", "1", true],
    ["kernel.apparmor_restrict_unprivileged_userns", "1", "0", true],
  ] as const
).map(([name, forbidding, better, ordinaryUsersOnly]) => ({
  name,
  path: `/proc/sys/${name.replace(".", "/")}`,
  forbidding,
  ordinaryUsersOnly,
  remedy: `Run \`sysctl ${name}=${better}\` as root${ordinaryUsersOnly ? ", or run stagex as root" : ""}.`,
}));

/** Whether a setting forbids the sandbox to this user. */
export const forbids = ({ path, forbidding, ordinaryUsersOnly }: Setting): boolean =>
  readSetting(path) === forbidding && !(ordinaryUsersOnly && process.getuid?.() === 0);

/** A setting's value; undefined where the kernel has no such setting. */
export function readSetting(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
