import {
  argumentOf,
  closure,
  containerfile,
  type Lock,
  type LockedPackage,
  type LockedSource,
  packageNamed,
  packagesOf,
  StagexError,
} from "@stagex/core";
import { type GlobalOptions, openSession, readLock } from "../session.ts";

interface PlanOptions extends GlobalOptions {
  stage?: number;
  format: "sh" | "containerfile";
}

interface Chosen {
  readonly packages: readonly string[];
  readonly pallets: readonly string[];
}

/** `stagex plan [NAME...] [--stage N] --format sh|containerfile` */
export function plan(names: readonly string[], options: PlanOptions): void {
  const lock = readLock(openSession(options));
  const { packages, pallets } = choose(lock, names, options.stage);
  process.stdout.write(
    options.format === "sh" ? shellScript(lock, packages) : containerfile(lock, packages, pallets),
  );
}

/** What is named, or the packages of the stage; if neither is given, all that the lock has. */
function choose(lock: Lock, names: readonly string[], stage: number | undefined): Chosen {
  if (stage === undefined && names.length === 0)
    return { packages: Object.keys(lock.packages), pallets: Object.keys(lock.pallets) };
  if (stage === undefined) {
    return {
      packages: names.flatMap((name) => packagesOf(lock, name)),
      pallets: names.filter((name) => Object.hasOwn(lock.pallets, name)),
    };
  }
  if (names.length > 0) {
    throw new StagexError("usage", {
      cannot: `plan ${names.join(", ")}`,
      because: "a stage is given as well",
      remedy: "Give either names or --stage.",
    });
  }
  const packages = Object.keys(lock.packages).filter((name) => lock.packages[name]?.stage === stage);
  if (packages.length > 0) return { packages, pallets: [] };
  throw new StagexError("usage", {
    cannot: `plan stage ${stage}`,
    because: "the lock has no package of that stage",
    remedy: "`stagex list` shows the stages.",
  });
}

/**
 * Packages and all that they need, as one POSIX shell script: what the sandbox does, with
 * `chroot` and `cp`, and each tree's digest checked with GNU tar and sha256sum. It uses nothing of this project
 * but the sources.
 */
export function shellScript(lock: Lock, names: readonly string[]): string {
  const packages = closure(lock, names);
  return [
    prelude(lock),
    ...packages.map((name) => packageBlock(name, packageNamed(lock, name))),
    `echo "all ${packages.length} trees have the digests of the lock"\n`,
  ].join("\n");
}

const prelude = (lock: Lock): string => `#!/bin/sh
# Packages of stagex as plain commands, for those who will not trust its program.
#
#   sh THIS PROJECT SOURCES WORK
#
# PROJECT is a checkout of stagex, SOURCES a folder with the other sources (by file name), WORK a folder that is
# made. Each package is built in a root that holds the trees of its inputs and nothing else. It needs root
# for chroot (or \`unshare --map-root-user\`), GNU coreutils, findutils and tar, and util-linux.
set -eu
umask 022
project=$1 sources=$2 work=$3
root=$work/root
mkdir "$work" "$work/trees"

# begin NAME INPUT...: a fresh root with the trees of the inputs, the first of which wins.
begin() {
  echo "$1"
  rm -rf "$root"
  mkdir -p "$root/build" "$root/out" "$root/tmp"
  shift
  reversed=
  for input; do reversed="$input $reversed"; done
  for input in $reversed; do cp -a "$work/trees/$input/." "$root/"; done
}

# place FROM NAME SHA256 MODE: a checked source under /build.
place() {
  mkdir -p "$(dirname "$root/build/$2")"
  cp "$1" "$root/build/$2"
  echo "$3  $root/build/$2" | sha256sum --check --quiet
  chmod "$4" "$root/build/$2"
}

# step CWD PROGRAM ARGUMENT...: one process in that root, with no environment but this.
step() {
  directory=$1
  shift
  env -i ${Object.entries(lock.environment)
    .map(([name, value]) => `${name}=${quote(value)}`)
    .join(" ")} \\
    unshare --root="$root" --wd="$directory" "$@" </dev/null
}

# finish NAME SHA256: the tree that the steps left in /out, and the digest of its canonical tar.
finish() {
  mv "$root/out" "$work/trees/$1"
  found=$(cd "$work/trees/$1" &&
    find . -mindepth 1 \\( -type d -printf '%P/\\n' -o -printf '%P\\n' \\) | LC_ALL=C sort |
    tar --create --format=ustar --blocking-factor=1 --no-recursion --verbatim-files-from --files-from=- \\
      --owner=0 --group=0 --numeric-owner --mode=go-w --mtime=@${lock.epoch} --hard-dereference |
    sha256sum | cut -d ' ' -f 1)
  [ "$found" = "$2" ] || { echo "$1: its tree is $found, and the lock pins $2" >&2; exit 1; }
}
`;

function packageBlock(name: string, locked: LockedPackage): string {
  return [
    `# ${name} ${locked.version}: ${locked.summary}`,
    `begin ${[name, ...locked.inputs].join(" ")}`,
    ...locked.sources.map(placeLine),
    ...locked.steps.map((step) => {
      const assignments = Object.entries(step.env ?? {}).map(([key, value]) => quote(`${key}=${value}`));
      const argv = step.argv.map((argument) => quote(argumentOf(argument)));
      const variables = assignments.length > 0 ? ["/usr/bin/env", ...assignments] : [];
      return ["step", quote(step.cwd ?? "/build"), ...variables, ...argv].join(" ");
    }),
    `finish ${name} ${locked.tree ?? "unpinned"}`,
    "",
  ].join("\n");
}

function placeLine({ file, sha256, from, executable }: LockedSource): string {
  const project = from.find((place) => place.startsWith("project:"));
  const path = project
    ? `"$project"/${quote(project.slice("project:".length))}`
    : `"$sources"/${quote(file)}`;
  return ["place", path, quote(file), sha256, executable ? "755" : "644"].join(" ");
}

/** A word as a POSIX shell reads it back. */
const quote = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
