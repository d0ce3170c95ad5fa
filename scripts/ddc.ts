/**
 * Diverse double compilation (David A. Wheeler, "Countering Trusting Trust through Diverse Double-Compiling",
 * https://dwheeler.com/trusting-trust/) of the three compilers on which all others rest, by compilers of this machine.
 */
import { resolve } from "node:path";
import { argv } from "zx";
import { reasonOf } from "../modules/core/src/index.ts";
import type { Comparison } from "./ddc-build.ts";
import { compareGcc, compareGccByItself } from "./ddc-gcc.ts";
import { compareGcc3 } from "./ddc-gcc-3.ts";
import { compareTinycc, hostCompilers } from "./ddc-tinycc.ts";

const usage = `Usage: scripts/ddc tinycc [--tinycc DIR] [--source ARCHIVE]
       scripts/ddc gcc-3
       scripts/ddc gcc [NAME...]
       scripts/ddc gcc-by-itself [NAME...]

Has compilers of this machine build what the bootstrap's own compilers built, and compares what comes of it.
Exits with 1 if anything differs.
  tinycc         stage 0's TinyCC, by each gcc and clang there is; seconds
  gcc-3          stage 1's GCC 3.4.6 and what it builds, by gcc -m32; minutes
  gcc            stage 3's GCC 16 and what leads to it, by gcc in place of stage 2's cross compiler; hours
  gcc-by-itself  the same, by stage 3's GCC in place of stage 2's: whether it is a fixed point; an hour
  NAME...        packages or pallets of stage 3 in place of its GCC 16, with what leads to them
  --tinycc DIR      stage 0's tree of the package tinycc (default: build it)
  --source ARCHIVE  TinyCC's source archive (default: fetch it)`;

const path = (value: unknown): string | undefined => (value === undefined ? undefined : resolve(`${value}`));

const subjects: Record<string, (names: readonly string[]) => Promise<boolean>> = {
  tinycc: () => compareTinycc(path(argv.tinycc), path(argv.source)),
  "gcc-3": async () => print(await compareGcc3()),
  gcc: async (names) => print(await compareGcc(names)),
  "gcc-by-itself": async (names) => print(await compareGccByItself(names)),
};
const takesNames = ["gcc", "gcc-by-itself"];

function print(comparisons: readonly Comparison[]): boolean {
  for (const { name, pinned, built } of comparisons) {
    const outcome = pinned === null ? "not pinned" : `DIFFERENT: the lock has ${pinned}`;
    console.log(`${name.padEnd(24)}${built}  ${built === pinned ? "identical" : outcome}`);
  }
  return comparisons.every(({ pinned, built }) => built === pinned);
}

async function main(): Promise<number> {
  const [name = "", ...more] = argv._;
  const hasTooMany = more.length > 0 && !takesNames.includes(name);
  const compareSubject = Object.hasOwn(subjects, name) ? subjects[name] : undefined;
  if (argv.help || !compareSubject || hasTooMany) {
    console.log(usage);
    return argv.help ? 0 : 2;
  }
  if ((await hostCompilers()).length === 0) {
    console.error("ddc: Cannot compare: because this machine has no compiler. Install gcc or clang.");
    return 2;
  }
  try {
    return (await compareSubject(more.length > 0 ? more : ["gcc"])) ? 0 : 1;
  } catch (error) {
    console.error(`ddc: ${reasonOf(error)}`);
    return 2;
  }
}

process.exitCode = await main();
