/**
 * scripts/bench [--rounds N] [--keep] [--home FOLDER]
 *               [audit] [stage0] [stage1] [stage2] [bootstrap] [resolving] [chain] [thousand] [trust]
 *
 * Measures the figures that stagex is held to, or some of them, and prints them. With --keep it writes them to bench/
 * as well, with a description of the machine, in place of those that were measured before. Needs a C compiler,
 * GNU time, gpg and Nix: `apt install gcc time gpg nix-bin`.
 *
 * `stage2` takes an hour, and `bootstrap`, which is all stages, hours more. They share a store, for which a FOLDER may be
 * given: then `bootstrap` goes on there after an interruption, without the disk's peak. `stage2` begins with nothing.
 *
 * Machines are noisy: what is compared runs by turns, and the medians of several rounds are compared.
 *
 * Exit status: 0 when every figure is within its bar, 1 when one is not, 2 for a wrong command line.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { reasonOf } from "../modules/core/src/index.ts";
import { makeChain, nixBuild, resolveSynthetic, stagexBuild, stagexPin } from "./bench-chain.ts";
import {
  type Figure,
  formatCosts,
  formatFigures,
  holds,
  keepCosts,
  keepResults,
  type PackageCost,
} from "./bench-report.ts";
import {
  diskUse,
  inTurn,
  median,
  peakDisk,
  readMeasures,
  stagex,
  stagexOnline,
  stagexPeak,
  treeSizes,
} from "./bench-run.ts";
import { makeJudged, makeLargePallet } from "./bench-trust.ts";

const measurements: Record<string, () => Figure[] | Promise<Figure[]>> = {
  ...{ audit, stage0, stage1, stage2, bootstrap, resolving, chain, thousand, trust },
};

const usage = `usage: scripts/bench [--rounds N] [--keep] [--home FOLDER] [${Object.keys(measurements).join("] [")}]`;
const { rounds, keep, home, wanted } = readCommandLine();

const scratch = mkdtempSync(join(tmpdir(), "stagex-bench-"));
const bootstrapHome = home ?? join(scratch, "bootstrap");
const hasStore = () => existsSync(join(bootstrapHome, "store"));
/** Whether part of the work was done before, and with it perhaps the disk's peak. */
const resumed = hasStore();
try {
  const all = Object.keys(measurements);
  const figures: Figure[] = [];
  for (const name of wanted.length > 0 ? wanted : all)
    figures.push(...((await measurements[name]?.()) ?? []));
  console.log(formatFigures(figures));
  if (keep) keepResults(figures, rounds);
  process.exitCode = figures.every(holds) ? 0 : 1;
} catch (error) {
  console.error(`bench: Cannot measure: because ${reasonOf(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

interface CommandLine {
  readonly rounds: number;
  readonly keep: boolean;
  readonly home: string | undefined;
  /** Names of measurements; all when empty. */
  readonly wanted: readonly string[];
}

function readCommandLine(): CommandLine {
  try {
    const { values, positionals } = parseArgs({
      options: {
        rounds: { type: "string", default: "5" },
        keep: { type: "boolean", default: false },
        home: { type: "string" },
      },
      allowPositionals: true,
    });
    const unknown = positionals.find((name) => !Object.hasOwn(measurements, name));
    if (unknown === undefined && Number(values.rounds) >= 1) {
      const home = values.home === undefined ? undefined : resolve(values.home);
      return { rounds: Number(values.rounds), keep: values.keep, home, wanted: positionals };
    }
  } catch {
    // An option that is none: the usage tells.
  }
  console.error(usage);
  process.exit(2);
}

/** What has to be trusted as it is, and what has to be read. */
function audit(): Figure[] {
  const { trustedBytes, handWrittenLines } = JSON.parse(stagex("audit", "tinycc", "--json").output) as {
    trustedBytes: { bytes: number }[];
    handWrittenLines: number;
  };
  const seed = trustedBytes.reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    { name: "seed", unit: "bytes", value: seed, bar: 180 },
    { name: "hand-written lines, seed to TinyCC", unit: "lines", value: handWrittenLines, bar: 9_999 },
  ];
}

/** From hex0 to TinyCC at its fixed point, with the sources at hand and an empty store. */
function stage0(): Figure[] {
  const home = join(scratch, "stage0");
  stagexOnline("--home", home, "fetch", "tinycc");
  const seconds = Array.from({ length: rounds }, () => {
    rmSync(join(home, "store"), { recursive: true, force: true });
    return stagex("--home", home, "build", "--offline", "tinycc").seconds;
  });
  return [{ name: "hex0 to TinyCC, cold store", unit: "s", value: median(seconds), bar: 5 }];
}

/** Stages 0 and 1. */
function stage1(): Figure[] {
  const { seconds, storeBytes, packages } = buildStages(join(scratch, "stage1"), 1);
  return [
    { name: "hex0 to the end of stage 1, cold store", unit: "s", value: seconds, bar: 600 },
    { name: "the store after stage 1", unit: "MB", value: storeBytes / 1e6, bar: 1500 },
    { name: "memory of stage 1's largest package", unit: "MB", value: peakOf(packages) / 1e6, bar: 4000 },
  ];
}

/** Stages 0 to 2, up to a native GCC 16 for x86_64. */
function stage2(): Figure[] {
  if (hasStore()) throw new Error(`there is a store in ${bootstrapHome} already`);
  const { seconds } = buildStages(bootstrapHome, 2);
  const note = "nixpkgs' minimal bootstrap, on 8 CPUs";
  return [{ name: "hex0 to GCC 16 for x86_64, cold store", unit: "s", value: seconds, bar: 4271, note }];
}

/** All stages. Tells where the time goes. */
function bootstrap(): Figure[] {
  const { diskBytes, storeBytes, packages } = buildStages(bootstrapHome, 3);
  if (keep) keepCosts(packages);
  const disk: Figure = {
    name: "the disk's peak on the way",
    unit: "MB",
    value: diskBytes / 1e6,
    bar: 20_000,
  };
  return [
    { name: "the store after stage 3", unit: "MB", value: storeBytes / 1e6, bar: 6000 },
    ...(resumed ? [] : [disk]),
    { name: "memory of the largest package", unit: "MB", value: peakOf(packages) / 1e6, bar: 6000 },
  ];
}

function peakOf(packages: readonly PackageCost[]): number {
  return Math.max(...packages.map(({ peakBytes }) => peakBytes));
}

/**
 * Builds the stages up to one, from their sources and what is in the store already. Prints a table of the packages.
 *
 * @returns the time that it took, and what it left
 */
function buildStages(home: string, last: number) {
  const listed = Array.from({ length: last + 1 }, (_, stage) => {
    const { output } = stagex("list", "--stage", `${stage}`, "--json");
    return (JSON.parse(output) as { name: string }[]).map(({ name }) => ({ name, stage }));
  }).flat();
  const names = listed.map(({ name }) => name);
  stagexOnline("--home", home, "fetch", ...names);
  const before = diskUse(home);
  let seconds = 0;
  const grown = peakDisk(scratch, home, () => {
    seconds = stagex("--home", home, "build", "--offline", ...names).seconds;
  });
  stagex("--home", home, "gc");

  const measures = readMeasures(home);
  const sizes = treeSizes(home, names);
  const packages = listed.map(
    ({ name, stage }) => ({ name, stage, ...measures[name], bytes: sizes.get(name) }) as PackageCost,
  );
  console.log(`${formatCosts(packages.filter(({ stage }) => stage > 0))}\n`);
  return { seconds, diskBytes: before + grown, storeBytes: diskUse(join(home, "store")), packages };
}

/** 1,000 synthetic packages from definitions to a lock, in this process: Node's own start is not in it. */
function resolving(): Figure[] {
  const seconds = Array.from({ length: rounds }, () => resolveSynthetic(1000));
  return [{ name: "resolving 1000 packages", unit: "ms", value: median(seconds) * 1000, bar: 200 }];
}

/** 100 trivial packages: built from nothing, then asked for again, by stagex and by Nix. */
function chain(): Figure[] {
  const length = 100;
  const links = makeChain(join(scratch, "chain"), length);
  stagexPin(links, join(scratch, "stagex-pin"));
  const [cold, nixCold] = inTurn(rounds, [
    (round) => stagexBuild(links, join(scratch, `stagex-${round}`), "last"),
    (round) => nixBuild(links, join(scratch, `nix-${round}`), "last"),
  ]).map(median) as [number, number];
  const [again, nixAgain] = inTurn(rounds, [
    () => stagexBuild(links, join(scratch, "stagex-0"), "all"),
    () => nixBuild(links, join(scratch, "nix-0"), "all"),
  ]).map(median) as [number, number];
  const each = (seconds: number) => (seconds / length) * 1000;
  return [
    {
      name: `a trivial package in a chain of ${length}`,
      unit: "ms",
      value: each(cold),
      bar: each(nixCold) / 3,
      note: `a third of Nix's ${each(nixCold).toFixed(2)} ms`,
    },
    { name: `nothing to do, ${length} packages`, unit: "s", value: again, bar: nixAgain, note: "Nix's time" },
  ];
}

/** 1,000 trivial packages: the driver's memory while it builds them, and the time when nothing is to be done. */
function thousand(): Figure[] {
  const links = makeChain(join(scratch, "thousand"), 1000);
  const home = join(scratch, "stagex-thousand");
  const peak = stagexPin(links, home);
  const again = Array.from({ length: rounds }, () => stagexBuild(links, home, "all").seconds);
  return [
    { name: "nothing to do, 1000 packages", unit: "s", value: median(again), bar: 0.5 },
    { name: "the driver's memory, 1000 packages", unit: "MB", value: peak / 1e6, bar: 150 },
  ];
}

/** 20 signatures, by cosign's keys or by gpg, and 200 confirmations, all of which count; and a bill of 100 packages. */
async function trust(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const format of ["cosign", "openpgp"] as const) {
    const { image, policy } = await makeJudged(join(scratch, format), format);
    const home = join(scratch, `${format}-home`);
    const runs = Array.from({ length: rounds }, () =>
      stagexPeak(scratch, "--home", home, "trust", "verify", image, "--policy", policy),
    );
    const name = `20 signatures by ${format === "cosign" ? "cosign" : "gpg"}, 200 confirmations`;
    figures.push(
      { name, unit: "ms", value: median(runs.map(({ seconds }) => seconds)) * 1000, bar: 300 },
      { name: `${name}, memory`, unit: "MB", value: median(runs.map(({ peak }) => peak)) / 1e6, bar: 120 },
    );
  }
  const lock = makeLargePallet(join(scratch, "large"), 100);
  const seconds = Array.from({ length: rounds }, () => stagex("--lock", lock, "sbom", "large").seconds);
  return [
    ...figures,
    { name: "bill of materials, 100 packages", unit: "ms", value: median(seconds) * 1000, bar: 1000 },
  ];
}
