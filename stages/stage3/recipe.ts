/** How the packages of stage 3 are built, as far as they have that in common. */
import { type Recipe, unpackPatiently } from "@stagex/core";
import { type Native, native } from "@stagex/stage2";

const options = "-O2 -ffile-prefix-map=/build=.";

/**
 * Options of the compiler, besides those that are its defaults: position-independent, static, guards of the stack,
 * tables of addresses that are read-only. Many sources are older than C23, which GCC takes them for.
 */
export const flags = { CFLAGS: `-std=gnu17 ${options}`, CXXFLAGS: options, LDFLAGS: "-s" };

/** {@link native}, with one set of options, and without translations and manuals. */
export const gnu = ({ unpack, configure = [], env = {}, ...rest }: Native = {}): Recipe =>
  native({
    ...rest,
    unpack: unpackPatiently(unpack),
    configure: ["--disable-nls", ...configure],
    env: { ...flags, MAKEINFO: "true", ...env },
  });
