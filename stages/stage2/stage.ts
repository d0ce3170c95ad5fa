/** Stage 2: from GCC 3.4.6 on i386 to x86_64. So far, the headers that a compiler for x86_64 is built with. */
import { defineStage } from "@stagex/core";
import { linuxHeaders } from "./packages/linux-headers.ts";
import { muslHeaders } from "./packages/musl-headers.ts";

export default defineStage({
  number: 2,
  directory: "stages/stage2",
  platform: "linux/amd64",
  packages: [linuxHeaders, muslHeaders],
});
