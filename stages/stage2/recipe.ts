/** How packages for x86_64 are built, as far as they have that in common. */
import { type Autotools, autotools, type Recipe, run, shell, unpack } from "@stagex/core";

export interface Native extends Autotools {
  /** Files of the source that bison, flex or another program made. They are removed, so that `make` makes them anew. */
  readonly remake?: readonly string[];
}

/** {@link autotools} for x86_64. */
export const native =
  ({ unpack: open = unpack, remake = [], configure = [], ...rest }: Native = {}): Recipe =>
  (context) => [
    ...autotools({
      ...rest,
      unpack: () => [...open(context), ...remake.map((file) => run("/bin/rm", `source/${file}`))],
      configure: ["--build=x86_64-linux-musl", ...configure],
    })(context),
    // Libtool's notes on static libraries tell where these were built, and nothing else that a linker asks for.
    shell("find /out -name '*.la' -exec rm {} +"),
  ];

/**
 * Debian leaves out manuals under the GNU Free Documentation License, and so the makefile that `configure` asks for.
 *
 * @param open how the archive is unpacked
 */
export const unpackWithoutManual =
  (open: Recipe = unpack): Recipe =>
  (context) => [...open(context), shell("mkdir source/doc\necho 'all install:' >source/doc/Makefile.in")];
