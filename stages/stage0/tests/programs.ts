/** Compiles C programs with the ladder's cc and libc. */
import { cc } from "../packages/cc.ts";
import { withLibc } from "../tinycc/recipe.ts";
import { source, type Workshop } from "./rungs.ts";

/** `/build/libc/x.c` in a step is `libc/x.c` of this stage. */
const onHost = (word: string): string =>
  word.startsWith("/build/") ? source(word.slice("/build/".length)) : word;

/**
 * Builds cc in the workshop.
 *
 * @returns a function that builds a program from C files and gives its path
 */
export function compilerIn(workshop: Workshop): (output: string, ...files: string[]) => string {
  workshop.c0();
  for (const step of cc.build as { argv: string[] }[]) {
    const sources = step.argv.slice(2).map(source);
    workshop.make("./c0", "cc", ...sources);
  }
  return (output, ...files) => {
    workshop.make("./cc", "-o", output, ...withLibc.map(onHost), ...files);
    return workshop.path(output);
  };
}
