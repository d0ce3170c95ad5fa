import { debian, definePackage, source } from "@stagex/core";
import { unpack } from "../tinycc/recipe.ts";
import { tools } from "./tools.ts";

const archive = "tcc_0.9.27+git20200814.62c30a4a.orig.tar.bz2";

export const tinyccSource = definePackage({
  name: "tinycc-source",
  version: "0.9.27+git20200814.62c30a4a",
  license: "LGPL-2.1-or-later",
  summary: "TinyCC's source, unpacked and unpatched",
  sources: [
    source({
      sha256: "d63c113bcdd657f51c8ee197a0b0a24203603313e19a52b5f678d40ab7f5df35",
      size: 708943,
      file: archive,
      from: ["https://snapshot.debian.org/file/9fb0f044118185909673320fa7f9491b974f052a", debian()],
    }),
  ],
  needs: [tools],
  build: unpack(archive),
});
