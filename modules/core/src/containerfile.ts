/** The graph of a lock as a Containerfile, so that builders which nobody here wrote can build it. */
import { StagexError } from "./errors.ts";
import { closure, packageNamed, palletNamed } from "./graph.ts";
import {
  type Lock,
  type LockedPackage,
  type LockedPallet,
  type LockedSource,
  type LockedStep,
  projectPath,
} from "./lock.ts";
import { argumentOf } from "./steps.ts";

/** Where the build context has the sources from elsewhere, each named by its sha256, as in `$STAGEX_HOME/sources`. */
export const SOURCES_FOLDER = ".stagex/sources";
/** The folder in which steps work. */
const BUILD = "/build";

/**
 * Packages and pallets, with all that they need, as one multi-stage Containerfile. Its build context is the
 * project's root.
 *
 * Each package has a stage `build-NAME`, where its steps run, and a stage `NAME`, which holds its tree. Each
 * pallet has a stage `pallet-NAME`. For NAME see {@link stageName}. Pinned digests are not in it, so that pinning
 * does not change it.
 *
 * Syntax: https://docs.docker.com/reference/dockerfile/, of which Buildah's is a part.
 *
 * @param packages names of packages, all if not given
 * @param pallets names of pallets, all if not given
 * @param atHand trees that lie in the build context, as paths by package: these are taken instead of built
 * @throws StagexError of kind `usage` for an unknown name, of kind `lock` for what a Containerfile cannot hold
 */
export function containerfile(
  lock: Lock,
  packages: readonly string[] = Object.keys(lock.packages),
  pallets: readonly string[] = Object.keys(lock.pallets),
  atHand: ReadonlyMap<string, string> = new Map(),
): string {
  const parts = pallets.flatMap((name) => palletNamed(lock, name).packages);
  const names = closure(lock, [...packages, ...parts], (name) => atHand.has(name));
  const platforms = [...new Set(names.map((name) => buildPlatformOf(packageNamed(lock, name))))];
  const text = [
    header,
    ...platforms.map((platform) => rootStage(lock, platform)),
    ...[...atHand].map(([name, path]) => treeStage(name, packageNamed(lock, name), path)),
    ...names.map((name) => packageStages(name, packageNamed(lock, name))),
    ...pallets.map((name) => palletStage(lock, name, palletNamed(lock, name))),
  ].join("\n");
  checkStageNames(text);
  checkLines(text);
  return text;
}

/** A file of the build context for {@link afresh}. */
export const AFRESH = ".afresh";

/**
 * The same builds under keys that no builder's cache knows: each root holds the file {@link AFRESH}, which no step
 * reads and no tree keeps. Its content has to be random.
 */
export const afresh = (text: string): string =>
  text.replaceAll(/^FROM .* AS build-root-.*$/gm, `$&\nCOPY ${AFRESH} /${AFRESH}`);

/** The first line, by which a file is known as written by this program. */
export const CONTAINERFILE_MARK =
  "# Written by stagex from stagex.lock: change the package definitions instead.";

const header = `${CONTAINERFILE_MARK}
#
# Every root begins empty, and no step has a network: what gets in is this folder's files. The files that are
# not in version control lie in ${SOURCES_FOLDER}/, each named by its sha256, and are fetched and checked by
#
#   ./stagex --home .stagex fetch
#
# A target is a package, which is its tree, or pallet-NAME, which is an image to use:
#
#   buildah build --target tinycc --output type=local,dest=tree .
#   buildah build --target pallet-tinycc --tag tinycc .
#
# Builders must know \`RUN --network\`, as BuildKit, Buildah 1.30 and Podman 4.5 do. For older ones:
#
#   sed 's/^RUN --network=none/RUN/' Containerfile | buildah build --network=none --file - .
`;

/** The stage that holds a package's tree: the package's name, in letters that a stage's name may have. */
export const stageName = (name: string): string =>
  (/^[a-z]/.test(name) ? name : `package-${name}`).replaceAll("+", "_");
const nameOfRoot = (platform: string): string => `build-root-${word(platform).split("/").slice(1).join("-")}`;

const fromScratch = (platform: string, stage: string): string =>
  `FROM --platform=${word(platform)} scratch AS ${stage}`;

const buildPlatformOf = ({ platform, buildPlatform = platform }: LockedPackage): string => buildPlatform;

/** What every step has: the environment, and the folders of the sandbox. */
const rootStage = (lock: Lock, platform: string): string => `\
${fromScratch(platform, nameOfRoot(platform))}
${pairs("ENV", lock.environment).join("\n")}
WORKDIR /tmp
WORKDIR /out
WORKDIR ${BUILD}
`;

/** A package whose tree need not be built. */
const treeStage = (name: string, { platform }: LockedPackage, path: string): string => `\
${fromScratch(platform, stageName(name))}
COPY ${word(path)}/ /
`;

function packageStages(name: string, locked: LockedPackage): string {
  const stage = stageName(name);
  // A variable cannot be taken back, so steps with other variables go on in a stage of their own.
  const parts = byEnvironment(locked.steps);
  const nameOfPart = (index: number) =>
    index === parts.length - 1 ? `build-${stage}` : `build-${stage}.${index + 1}`;
  const inputs = [
    // What is copied last stays, and the first input is to win.
    ...locked.inputs.toReversed().map((input) => `COPY --from=${stageName(input)} / /`),
    ...copies(locked.sources),
  ];
  return [
    `# ${[name, locked.version, locked.summary].join(" ").replaceAll(/\s+/g, " ")}`,
    ...parts.flatMap((steps, index) => [
      `FROM ${nameOfRoot(buildPlatformOf(locked))} AS ${nameOfPart(index)}`,
      ...(index === 0 ? inputs : [`COPY --from=${nameOfPart(index - 1)} / /`]),
      ...runs(steps),
    ]),
    fromScratch(locked.platform, stage),
    `COPY --from=${nameOfPart(parts.length - 1)} /out/ /`,
    "",
  ].join("\n");
}

function palletStage(lock: Lock, name: string, pallet: LockedPallet): string {
  const newest = lock.packages[pallet.packages.at(-1) ?? ""];
  return [
    `# ${name} ${pallet.summary}`.replaceAll(/\s+/g, " "),
    fromScratch(newest?.platform ?? "linux/amd64", `pallet-${stageName(name)}`),
    ...pallet.packages.map((part) => `COPY --from=${stageName(part)} / /`),
    ...pairs("ENV", pallet.env),
    ...pairs("LABEL", pallet.labels),
    ...(pallet.workdir ? [`WORKDIR ${word(pallet.workdir)}`] : []),
    ...(pallet.entrypoint ? [`ENTRYPOINT ${argv(pallet.entrypoint)}`] : []),
    ...(pallet.cmd ? [`CMD ${argv(pallet.cmd)}`] : []),
    "",
  ].join("\n");
}

/** Runs of steps that have the same variables; at least one run, if an empty one. */
function byEnvironment(steps: readonly LockedStep[]): LockedStep[][] {
  const parts: LockedStep[][] = [];
  for (const step of steps) {
    const part = parts.at(-1);
    if (part && JSON.stringify(part[0]?.env) === JSON.stringify(step.env)) part.push(step);
    else parts.push([step]);
  }
  return parts.length > 0 ? parts : [[]];
}

/** The steps of one part, in a stage that works in {@link BUILD} at first. */
function runs(steps: readonly LockedStep[]): string[] {
  return [
    ...pairs("ENV", steps[0]?.env),
    ...steps.flatMap((step, index) => {
      const cwd = step.cwd ?? BUILD;
      const before = steps[index - 1]?.cwd ?? BUILD;
      const run = `RUN --network=none ${argv(step.argv.map(argumentOf))}`;
      return cwd === before ? [run] : [`WORKDIR ${word(cwd)}`, run];
    }),
  ];
}

/** One instruction for all files of one folder and mode: builders keep a layer for each, and layers have limits. */
function copies(sources: readonly LockedSource[]): string[] {
  const groups = new Map<string, { head: string; from: string[]; to: string }>();
  for (const source of sources) {
    const head = `COPY --chmod=${source.executable ? "755" : "644"}`;
    const from = contextPath(source);
    const file = `${BUILD}/${source.file}`;
    const keepsName = basename(from) === basename(file);
    const to = keepsName ? `${dirname(file)}/` : file;
    const key = `${head} ${to}`;
    const group = groups.get(key) ?? { head, from: [], to };
    groups.set(key, { ...group, from: [...group.from, word(from)] });
  }
  return [...groups.values()].map(({ head, from, to }) =>
    [head, ...from, word(to)].join(from.length > 1 ? " \\\n  " : " "),
  );
}

/** Where a source lies in the build context. */
const contextPath = (source: LockedSource): string =>
  projectPath(source) ?? `${SOURCES_FOLDER}/${source.sha256}`;

/** An instruction's arguments in exec form, which no shell or builder changes. */
const argv = (words: readonly string[]): string =>
  `[${words.map((word) => JSON.stringify(word)).join(", ")}]`;

const pairs = (instruction: "ENV" | "LABEL", values: Readonly<Record<string, string>> = {}): string[] =>
  Object.entries(values).map(([name, value]) => `${instruction} ${word(name)}=${quote(value)}`);

/** A word that builders take as it is: without variables, patterns or spaces. */
function word(text: string): string {
  if (/^[A-Za-z0-9_@%+=:,./~-]+$/.test(text)) return text;
  throw unwritable(`it cannot name ${JSON.stringify(text)}`);
}

/** A value in single quotes, within which builders change nothing. */
function quote(text: string): string {
  if (/^[A-Za-z0-9_@%+=:,./~-]+$/.test(text)) return text;
  if (!/[\0-\x1f\\]/.test(text)) return `'${text.replaceAll("'", `'"'"'`)}'`;
  throw unwritable(`it cannot hold the value ${JSON.stringify(text)}`);
}

/** Two names may have become one, and builders differ in which stage they take then. */
function checkStageNames(text: string): void {
  const names = [...text.matchAll(/^FROM .* AS (\S+)$/gm)].map(([_, name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw unwritable(`two of its stages would be called ${twice}`);
}

/** BuildKit refuses a file with a longer line, and others may cut it. */
function checkLines(text: string): void {
  const long = text.split("\n").find((line) => Buffer.byteLength(line) >= 65_535);
  if (long === undefined) return;
  throw new StagexError("lock", {
    cannot: "write a Containerfile",
    because: `this line would be longer than 65,534 bytes: ${long.slice(0, 80)}...`,
    remedy: "Put the step's script into a file of the package.",
  });
}

const unwritable = (because: string): StagexError =>
  new StagexError("lock", { cannot: "write a Containerfile", because, remedy: "Choose another name." });

const basename = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
const dirname = (path: string): string => path.slice(0, path.lastIndexOf("/"));
