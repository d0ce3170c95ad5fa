/** Stage 0: from the hex0 seed to TinyCC. Each package is written in the language of the one before it. */
import { defineStage } from "@stagex/core";
import { asm } from "./packages/asm.ts";
import { c0 } from "./packages/c0.ts";
import { cc } from "./packages/cc.ts";
import { hex0 } from "./packages/hex0.ts";
import { hex1 } from "./packages/hex1.ts";
import { tinycc } from "./packages/tinycc.ts";
import { tinycc1 } from "./packages/tinycc-1.ts";
import { tinyccSource } from "./packages/tinycc-source.ts";
import { tools } from "./packages/tools.ts";

export { asm, c0, cc, hex0, hex1, tinycc, tinycc1, tinyccSource, tools };

export default defineStage({
  number: 0,
  directory: "stages/stage0",
  platform: "linux/386",
  packages: [hex0, hex1, asm, c0, cc, tools, tinyccSource, tinycc1, tinycc],
});
