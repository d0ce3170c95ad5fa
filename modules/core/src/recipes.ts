/** Ways to build that many packages share. They need `/bin/sh`, `tar`, `make` and stage 0's tools in the root. */
import { join } from "node:path/posix";
import { type Recipe, run, type Step } from "./package.ts";

/** A script for `/bin/sh`. It ends at the first command that fails, and at a variable that has no value. */
export const shell = (script: string): Step => run("/bin/sh", "-euc", script);

/**
 * Unpacks the package's first source to `/build/source`, without the archive's top folder, and applies those of
 * its `files` that are patches, in the order of their names. Each must fit exactly.
 */
export const unpack: Recipe = ({ sources: [archive], files }) => [
  run("/bin/mkdir", "source"),
  run("/bin/tar", "-x", "-f", `${archive}`, "-C", "source", "--strip-components", "1"),
  ...files.filter((file) => file.endsWith(".patch")).map((patch) => run("/patch", "source", patch)),
];

/** {@link unpack}, for an archive in the format of before POSIX, compressed by xz or gzip: busybox's tar rejects it. */
export const unpackOld: Recipe = ({ sources: [archive] }) => [
  shell(`${archive?.endsWith(".xz") ? "xzcat" : "zcat"} ${archive} >source.tar`),
  run("/untar", "--strip", "1", "source.tar", "source"),
];

/**
 * Programs by which a `configure` of gnulib looks for a bug end after 2 to 60 seconds, and what is slow on that day has
 * the bug. They get a thousand times as long. An alarm after one second is itself what such a program is about.
 */
const PATIENCE = "s/alarm (\\([2-9]\\|[1-9][0-9]\\));/alarm (\\1000);/";

/**
 * Unpacks a source whose `configure` may not depend on how fast the machine is.
 *
 * @param open how the source comes to `/build/source`
 */
export const unpackPatiently =
  (open: Recipe = unpack): Recipe =>
  (context) => [...open(context), shell(`find source -name configure -exec sed -i '${PATIENCE}' {} +`)];

export interface Autotools {
  /** How the source comes to `/build/source`; {@link unpack} when absent. */
  readonly unpack?: Recipe;
  /** Where `configure` lies below `/build/source`; at its top when absent. */
  readonly folder?: string;
  /** Options of `configure`, besides `--prefix=/usr`. */
  readonly configure?: readonly string[];
  /** Variables in the environment of `configure` and `make`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Targets and variables for `make`. */
  readonly make?: readonly string[];
  /** Targets and variables for the `make` that installs below `DESTDIR`; `install` when absent. */
  readonly install?: readonly string[];
}

/** Unpacks, then `configure`, `make` and `make install`, in `/build/build`. Manuals are left out. */
export const autotools =
  ({
    unpack: open = unpack,
    folder = ".",
    configure = [],
    env = {},
    make = [],
    install = ["install"],
  }: Autotools = {}): Recipe =>
  (context) => {
    const inBuild = (...argv: string[]): Step => ({ argv, env, cwd: "/build/build" });
    return [
      ...open(context),
      run("/bin/mkdir", "build"),
      inBuild(join("../source", folder, "configure"), "--prefix=/usr", ...configure),
      inBuild("/bin/sh", "-euc", 'exec make -j "$(nproc)" "$@"', "make", ...make),
      inBuild("/usr/bin/make", ...install, "DESTDIR=/out"),
      run("/bin/rm", "-rf", "/out/usr/share/info", "/out/usr/share/man"),
    ];
  };
