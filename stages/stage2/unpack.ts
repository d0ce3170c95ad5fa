/** How sources are unpacked whose archives lack something. */
import { type Recipe, shell, unpack } from "@stagex/core";

/**
 * Debian leaves out manuals under the GNU Free Documentation License, and so the makefile that `configure` asks for.
 *
 * @param open how the archive is unpacked
 */
export const unpackWithoutManual =
  (open: Recipe = unpack): Recipe =>
  (context) => [...open(context), shell("mkdir source/doc\necho 'all install:' >source/doc/Makefile.in")];
