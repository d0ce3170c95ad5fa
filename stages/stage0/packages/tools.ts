import { definePackage, run } from "@stagex/core";
import { withLibc } from "../tinycc/recipe.ts";
import { cc } from "./cc.ts";

const tool = (name: string) =>
  run("/cc", "-o", `/out/${name}`, ...withLibc, "/build/tools/tool.c", `/build/tools/${name}.c`);

export const tools = definePackage({
  name: "tools",
  version: "1",
  license: "MIT",
  summary: "What a build without a shell needs: bunzip2, gunzip, untar, patch, cmp, install",
  files: ["libc/**/*.{c,h}", "tools/*.{c,h}"],
  needs: [cc],
  build: [tool("bunzip2"), tool("gunzip"), tool("untar"), tool("patch"), tool("cmp"), tool("install")],
  provides: ["/bunzip2", "/gunzip", "/untar", "/patch", "/cmp", "/install"],
});
