import { definePallet } from "@stagex/core";
import { tinycc } from "@stagex/stage0";

export default definePallet({
  name: "tinycc",
  summary: "TinyCC for i386 with its C library, built from the hex0 seed",
  packages: [tinycc],
  entrypoint: ["/usr/bin/tcc"],
});
