/** How GNU make is built: by one command, since there is neither a make nor a shell to run its own build system. */
import { debian, run, type Step, source } from "@stagex/core";

/** Debian's archive lacks the manual and the generated files of the official one, neither of which is needed. */
export const makeSource = source({
  sha256: "be4c17542578824e745f83bcd2a9ba264206187247cb6a5f5df99b0a9d1f9047",
  size: 1845906,
  file: "make-dfsg_{version}.orig.tar.gz",
  from: ["https://snapshot.debian.org/file/f7fe088909436bf2dedd148c5c8a53a6ba478bf5", debian()],
});

const parts = [
  ...["ar", "arscan", "commands", "default", "dir", "expand", "file", "function", "getopt", "getopt1"],
  ...["guile", "hash", "implicit", "job", "load", "loadapi", "main", "misc", "output", "posixos", "read"],
  ...["remake", "remote-stub", "rule", "signame", "strcache", "variable", "version", "vpath"],
];

/** Unpacks make, compiles it by the given command, and installs it below `/usr`. */
export const buildMake =
  (...compiler: string[]) =>
  ({ version }: { version: string }): Step[] => [
    run("/gunzip", `make-dfsg_${version}.orig.tar.gz`, "make.tar"),
    run("/untar", "--strip", "1", "make.tar", "source"),
    run(
      ...[...compiler, "-o", "source/make", "-DHAVE_CONFIG_H"],
      ...["-I", "make", "-I", "source/src", "-I", "source/lib"],
      ...parts.map((part) => `source/src/${part}.c`),
      "source/lib/glob.c",
    ),
    run("/install", "/out/usr/bin", "source/make"),
  ];
