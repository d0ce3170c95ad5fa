/** Runs commands and measures them. */
import { spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, statfsSync } from "node:fs";
import { join } from "node:path";

export const project = join(import.meta.dirname, "..");

export interface Run {
  readonly seconds: number;
  readonly output: string;
}

/**
 * What commands see of the environment when they are measured. What else a machine sets is no part of the
 * figures, and may weigh: Node reads NODE_EXTRA_CA_CERTS at each start, for some 70 ms.
 */
const plainEnvironment = { PATH: process.env.PATH, HOME: process.env.HOME };

/** @throws Error with the command's own words when it fails. */
export function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = plainEnvironment,
): Run {
  const started = performance.now();
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    env,
  });
  const seconds = (performance.now() - started) / 1000;
  if (status === 0) return { seconds, output: stdout };
  throw new Error(
    `${program} ${args.slice(0, 8).join(" ")} failed (${error ?? status}):\n${stderr?.slice(-2000)}`,
  );
}

/** Runs the command line as a user does, launcher included. */
export const stagex = (...args: string[]): Run => run(join(project, "stagex"), args);

/** {@link stagex} with all of the environment, such as the settings of a proxy; not for measuring. */
export const stagexOnline = (...args: string[]): Run => run(join(project, "stagex"), args, process.env);

/** {@link stagex}, with the peak memory of its largest process in bytes, as GNU time tells it. */
export function stagexPeak(scratch: string, ...args: string[]): Run & { peak: number } {
  const report = join(scratch, "peak");
  const done = run("/usr/bin/time", ["--format=%M", `--output=${report}`, join(project, "stagex"), ...args]);
  return { ...done, peak: Number(readFileSync(report, "utf8")) * 1024 };
}

/** Times and memory of each package's last build, as the command line records them for its estimates. */
export const readMeasures = (home: string): Record<string, { seconds: number; peakBytes: number }> =>
  JSON.parse(readFileSync(join(home, "history.json"), "utf8"));

/** Bytes of the trees of packages that were built. */
export function treeSizes(home: string, names: readonly string[]): Map<string, number> {
  const { packages } = JSON.parse(
    stagex("--home", home, "build", "--offline", "--json", ...names).output,
  ) as {
    packages: { name: string; path: string }[];
  };
  return new Map(packages.map(({ name, path }) => [name, diskUse(path)]));
}

/** Bytes of the files below a folder. */
export const diskUse = (path: string): number =>
  Number(run("du", ["--summarize", "--bytes", path]).output.split("\t")[0]);

/**
 * Does work and watches how far the disk of a folder fills, as the file system tells it every two seconds; what others
 * write meanwhile counts as well.
 *
 * @returns the most bytes that were in use beyond those at the beginning
 */
export function peakDisk(scratch: string, folder: string, work: () => void): number {
  const { bavail, bsize } = statfsSync(folder);
  const report = join(scratch, "disk");
  const output = openSync(report, "w");
  const watching = "while df --block-size=1 --output=avail . | tail -n 1; do sleep 2; done";
  const watcher = spawn("sh", ["-c", watching], { cwd: folder, stdio: ["ignore", output, "ignore"] });
  try {
    work();
  } finally {
    watcher.kill();
    closeSync(output);
  }
  const free = readFileSync(report, "utf8").trim().split("\n").map(Number);
  return bavail * bsize - Math.min(...free);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]] as [number, number];
  return (low + high) / 2;
}

/** Runs two contenders once a round, and who goes first changes with the round. */
export function inTurn(
  rounds: number,
  contenders: readonly [(round: number) => Run, (round: number) => Run],
) {
  const seconds: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    for (const who of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      seconds[who].push(contenders[who](round).seconds);
    }
  }
  return seconds;
}
