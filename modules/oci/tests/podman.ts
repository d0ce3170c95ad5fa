/**
 * Podman for tests: own storage, no network, no systemd, no cgroups of its own; as root, as an ordinary user,
 * and in a container or virtual machine that may not raise limits.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const isInstalled = (program: string): boolean =>
  spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;

const isRoot = process.getuid?.() === 0;

/**
 * Of podman's runtimes, crun alone runs containers without cgroups. It wants those of the second version alone,
 * which only root can show it where both are mounted.
 */
export const canRunPodman =
  isInstalled("podman") && isInstalled("crun") && (isRoot || existsSync("/sys/fs/cgroup/cgroup.controllers"));

export interface PodmanOptions {
  /** Existing directory for storage and state; the caller removes it. */
  readonly home: string;
  /** Drop from root to this user, which needs no entry in the system's files. */
  readonly uid?: number;
}

/** Brings a layout into the storage, as the image `name`. */
export function loadLayout(layout: string, name: string, options: PodmanOptions): void {
  const archive = join(options.home, `${name}.tar`);
  execFileSync("tar", ["-cf", archive, "-C", layout, "."]);
  chmodSync(archive, 0o644);
  podman(options, "load", "--quiet", "--input", archive);
}

/** What a container has besides its image. */
export interface ContainerOptions {
  /** Program that runs instead of the image's entry point. */
  readonly entrypoint?: string;
  /** Directory of the host that the container sees as /work, and works in. */
  readonly work?: string;
}

/**
 * Runs a container of a loaded image.
 *
 * @param argv replaces the image's `cmd`.
 * @returns what the container wrote to its standard output.
 */
export function runImage(
  name: string,
  argv: readonly string[],
  { entrypoint, work }: ContainerOptions,
  options: PodmanOptions,
): string {
  const flags = [
    ...containerFlags,
    ...(entrypoint === undefined ? [] : [`--entrypoint=${entrypoint}`]),
    ...(work === undefined ? [] : [`--volume=${work}:/work`, "--workdir=/work"]),
  ];
  return podman(options, "run", ...flags, `localhost/${name}`, ...argv);
}

/** Loads a layout and runs a container of it. @returns what the container wrote to its standard output. */
export function runLayout(layout: string, name: string, options: PodmanOptions, ...argv: string[]): string {
  loadLayout(layout, name, options);
  return runImage(name, argv, {}, options);
}

/**
 * Builds an image by a Containerfile, on a loaded one.
 *
 * @param lines what follows `FROM`
 * @returns what a container of it writes
 */
export function buildOnImage(name: string, lines: string, options: PodmanOptions): string {
  const { home } = options;
  writeFileSync(join(home, "Containerfile"), `FROM localhost/${name}\n${lines}\n`);
  podman(options, "build", "--quiet", "--tag=localhost/built", "--pull=never", ...buildFlags, home);
  return runImage("built", [], {}, options);
}

const buildFlags = ["--isolation=chroot", "--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024"];

const containerFlags = [
  "--rm",
  "--pull=never",
  "--network=none",
  "--cgroups=disabled",
  // Podman's own limits are above what a process without CAP_SYS_RESOURCE may ask for.
  "--ulimit=nofile=1024:1024",
  "--ulimit=nproc=1024:1024",
];

/** Runs podman with storage in `options.home`. @returns its standard output. */
function podman({ home, uid }: PodmanOptions, ...args: string[]): string {
  const command = [
    ...["podman", "--root", join(home, "storage"), "--runroot", join(home, "run")],
    // vfs works on every file system; the user may have one id only, and then all files become theirs.
    ...[
      "--storage-driver=vfs",
      ...(isRoot && uid === undefined ? [] : ["--storage-opt=vfs.ignore_chown_errors=true"]),
    ],
    ...["--runtime=crun", "--cgroup-manager=cgroupfs", "--events-backend=none", ...args],
  ];
  const dropped =
    uid === undefined
      ? command
      : ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", ...command];
  const [program, ...rest] = isRoot ? [...withPlainCgroups, ...dropped] : dropped;
  return execFileSync(program as string, rest, {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: privateDirectory(home, uid) },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

const withPlainCgroups = [
  ...["unshare", "--mount", "sh", "-c"],
  'umount -R /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup; exec "$@"',
  "sh",
];

function privateDirectory(home: string, uid: number | undefined): string {
  const directory = join(home, "runtime");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (uid !== undefined) for (const one of [home, directory]) chownSync(one, uid, uid);
  return directory;
}
