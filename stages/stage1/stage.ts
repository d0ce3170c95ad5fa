/** Stage 1: from TinyCC to GCC, on i386 and musl. The first packages are built without a shell, then with one. */
import { defineStage } from "@stagex/core";
import { busyboxTcc } from "./packages/busybox-tcc.ts";
import { makeTcc } from "./packages/make-tcc.ts";
import { muslTcc } from "./packages/musl-tcc.ts";
import { tinycc2 } from "./packages/tinycc-2.ts";
import { tinyccMusl } from "./packages/tinycc-musl.ts";
import { tinyccPatched } from "./packages/tinycc-patched.ts";

export { busyboxTcc, makeTcc, muslTcc, tinycc2, tinyccMusl, tinyccPatched };

export default defineStage({
  number: 1,
  directory: "stages/stage1",
  platform: "linux/386",
  packages: [tinyccPatched, tinycc2, muslTcc, tinyccMusl, makeTcc, busyboxTcc],
});
