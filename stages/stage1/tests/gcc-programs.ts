/** Runs the programs that GCC's authors test it with, and says which are known to fail. */
import type { Root } from "./root.ts";

/** Programs that fail for one reason. */
export interface KnownFailures {
  /** What fails: compiling, linking or running. */
  readonly step: string;
  readonly why: string;
  /** Their names, between blanks. */
  readonly programs: string;
}

/** What {@link failuresOf} gives if just these fail. */
export const linesOf = (known: readonly KnownFailures[]): string[] =>
  known
    .flatMap(({ step, programs }) =>
      programs
        .trim()
        .split(/\s+/)
        .map((program) => `${step} ${program}`),
    )
    .sort();

/**
 * Runs all programs in a root, two at a time.
 *
 * @param list commands of the shell that write the programs' paths, one a line
 * @param script for the shell: compiles and runs the program $1, and prints STEP PROGRAM if it fails
 * @returns what the script printed, sorted
 */
export async function failuresOf(root: Root, list: string, script: string): Promise<string[]> {
  root.write("test.sh", script);
  const all = `(${list}) >/programs
    awk NR%2==1 /programs | xargs -n 1 /bin/sh /test.sh &
    awk NR%2==0 /programs | xargs -n 1 /bin/sh /test.sh
    wait`;
  const { output } = await root.run(["/bin/sh", "-c", all]);
  return output.trim().split("\n").sort();
}
