import { definePackage, run } from "@stagex/core";
import { tinyccSource, tools } from "@stagex/stage0";

/** In this order: a hunk must stand where its patch says, so the later one of a file comes first. */
const patches = ["alias", "initialiser", "section-difference", "weak-index", "static"];

export const tinyccPatched = definePackage({
  name: "tinycc-patched",
  version: tinyccSource.version,
  license: "LGPL-2.1-or-later",
  summary: "TinyCC's source, patched so that it compiles musl and what follows",
  sources: tinyccSource.sources ?? [],
  files: ["tinycc/*.patch"],
  needs: [tools],
  build: ({ version }) => [
    run("/bunzip2", `tcc_${version}.orig.tar.bz2`, "tinycc.tar"),
    run("/untar", "tinycc.tar", "/out/src/tinycc"),
    ...patches.map((name) => run("/patch", "/out/src/tinycc", `tinycc/${name}.patch`)),
  ],
});
