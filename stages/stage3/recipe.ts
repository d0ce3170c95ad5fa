/** How the packages of stage 3 are built, as far as they have that in common. */
import { type Autotools, type Recipe, run, unpack } from "@stagex/core";
import { native } from "@stagex/stage2";

const options = "-O2 -ffile-prefix-map=/build=.";

/**
 * Options of the compiler, besides those that are its defaults: position-independent, static, guards of the stack,
 * tables of addresses that are read-only. Many sources are older than C23, which GCC takes them for.
 */
export const flags = { CFLAGS: `-std=gnu17 ${options}`, CXXFLAGS: options, LDFLAGS: "-s" };

interface Gnu extends Autotools {
  /** Files of the source that bison, flex or another program made. They are removed, so that `make` makes them anew. */
  readonly remake?: readonly string[];
}

/** {@link native}, with one set of options, and without translations and manuals. */
export const gnu = ({
  unpack: open = unpack,
  remake = [],
  configure = [],
  env = {},
  ...rest
}: Gnu = {}): Recipe =>
  native({
    ...rest,
    unpack: (context) => [...open(context), ...remake.map((file) => run("/bin/rm", `source/${file}`))],
    configure: ["--disable-nls", ...configure],
    env: { ...flags, MAKEINFO: "true", ...env },
  });
