import { definePallet } from "@stagex/core";
import { tinycc } from "@stagex/stage0";

export default definePallet({
  name: "tinycc",
  summary: "TinyCC for i386 with its C library, built from the hex0 seed",
  packages: [tinycc],
  // TinyCC links dynamically unless told otherwise, and nothing here could load the result.
  entrypoint: ["/usr/bin/tcc", "-static"],
});
