/**
 * Diverse double compilation (David A. Wheeler, "Countering Trusting Trust through Diverse Double-Compiling",
 * https://dwheeler.com/trusting-trust/): TinyCC is built by compilers of the host that have nothing in common
 * with stage 0's ladder. Each result then compiles TinyCC and its libc with the sources, steps and paths of
 * stage 0. If the outcome equals stage 0's bit for bit, then stage 0's TinyCC holds nothing that its source
 * does not, unless all these compilers were subverted in the same way.
 */
import { execFile } from "node:child_process";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { glob } from "zx";
import type { Step } from "../modules/core/src/index.ts";
import { tinyccSource } from "../stages/stage0/packages/tinycc-source.ts";
import { fixedPoint } from "../stages/stage0/tinycc/recipe.ts";
import { digestOf, inNewFolder } from "./ddc-build.ts";
import { builtTree, sourceArchive } from "./home.ts";

const execute = promisify(execFile);
const project = fileURLToPath(new URL("..", import.meta.url));
const stage0 = join(project, "stages/stage0");

/** A command with options, such as `["gcc", "-m32"]`. */
type Compiler = readonly string[];

/** Builds a static program from C sources. */
const compile = ([command, ...options]: Compiler, output: string, ...sources: string[]) =>
  execute(command as string, [
    ...options,
    "-w",
    "-static",
    "-I",
    `${stage0}/tinycc`,
    "-o",
    output,
    ...sources,
  ]);

/** The compilers of this machine, for its own architecture and for i386, that can make a static program. */
export async function hostCompilers(): Promise<Compiler[]> {
  const candidates = [["gcc"], ["gcc", "-m32"], ["clang"], ["clang", "-m32"]];
  return inNewFolder(async (folder) => {
    const trials = candidates.map((compiler, index) =>
      compile(compiler, join(folder, `${index}`), `${stage0}/tools/cmp.c`, `${stage0}/tools/tool.c`),
    );
    const results = await Promise.allSettled(trials);
    return candidates.filter((_, index) => results[index]?.status === "fulfilled");
  });
}

/** Builds the tree of stage 0's package `tinycc`, with a first TinyCC and tools that the compiler made. */
async function buildTinycc(compiler: Compiler, archive: string, root: string): Promise<string> {
  const tool = (name: string) =>
    compile(compiler, join(root, name), `${stage0}/tools/${name}.c`, `${stage0}/tools/tool.c`);
  await Promise.all(["bunzip2", "untar", "install", "cmp"].map(tool));
  await execute(`${root}/bunzip2`, [archive, `${root}/tinycc.tar`]);
  await execute(`${root}/untar`, [`${root}/tinycc.tar`, `${root}/src/tinycc`]);
  await compile(compiler, `${root}/tinycc-1`, `${root}/src/tinycc/tcc.c`);

  for (const folder of ["libc", "tinycc"])
    await cp(join(stage0, folder), join(root, "build", folder), { recursive: true });
  await mkdir(join(root, "out"));
  for (const step of fixedPoint) await runIn(root, step);
  return join(root, "out");
}

/** Runs a step with `root` as its root: it sees the paths that it sees in stage 0's sandbox. */
export function runIn(
  root: string,
  { argv, cwd = "/build" }: Step,
): Promise<{ stdout: string; stderr: string }> {
  const asUser = process.getuid?.() === 0 ? [] : ["--map-root-user"];
  return execute("unshare", [...asUser, `--root=${root}`, `--wd=${cwd}`, ...argv]);
}

/** The sha256 of each file below a folder, by path. */
async function digests(folder: string): Promise<Map<string, string>> {
  const digest = async (path: string) => [path, await digestOf(join(folder, path))] as const;
  return new Map(await Promise.all((await glob("**", { cwd: folder, dot: true })).sort().map(digest)));
}

/** What one compiler led to. */
export interface Outcome {
  /** The sha256 of each file of the tree, by path. */
  readonly files: ReadonlyMap<string, string>;
  /** Files that stage 0's tree has not, or has otherwise, or that are missing. */
  readonly different: readonly string[];
}

/** Compares what the compiler leads to with `tinycc`, the tree of stage 0's package. */
export const compare = (compiler: Compiler, tinycc: string, archive: string): Promise<Outcome> =>
  inNewFolder(async (root) => {
    const expected = await digests(tinycc);
    const files = await digests(await buildTinycc(compiler, archive, root));
    const paths = [...new Set([...expected.keys(), ...files.keys()])];
    return { files, different: paths.filter((path) => files.get(path) !== expected.get(path)) };
  });

/**
 * Lets every compiler of this machine lead to a TinyCC and compares, which it prints.
 *
 * @param tinycc stage 0's tree of the package `tinycc`; built when absent
 * @param archive TinyCC's source archive; fetched when absent
 * @returns whether all are equal
 */
export async function compareTinycc(tinycc?: string, archive?: string): Promise<boolean> {
  const tree = tinycc ?? (await builtTree("tinycc"));
  const source = archive ?? (await sourceArchive(tinyccSource));
  let equal = true;
  for (const compiler of await hostCompilers()) {
    const { files, different } = await compare(compiler, tree, source);
    if (different.length > 0) equal = false;
    const verdict = different.length > 0 ? `DIFFERENT: ${different.join(", ")}` : "identical";
    const name = compiler.join(" ").padEnd(12);
    console.log(`${name}tcc ${files.get("usr/bin/tcc")}  ${files.size} files  ${verdict}`);
  }
  return equal;
}
