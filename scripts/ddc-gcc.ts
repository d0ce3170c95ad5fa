/**
 * Diverse double compilation of GCC 16, as ddc-tinycc.ts does it for TinyCC. Stage 2 compiles its native programs, a
 * GCC 16 among them, with the cross compiler that the ladder led to. Here the host's GCC stands in that one's place, in
 * the sandbox and with the library of the host nowhere: only its programs are of the host. What stage 2 makes by it is
 * of other bytes. What stage 3 makes by that must be the same, bit for bit.
 */
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { glob } from "zx";
import { closure, type Lock, packageNamed, packagesOf } from "../modules/core/src/index.ts";
import {
  buildOver,
  type Comparison,
  compareTrees,
  type Elsewhere,
  inNewFolder,
  lockOver,
  readLock,
} from "./ddc-build.ts";
import { builtTree } from "./home.ts";

const execute = promisify(execFile);

/** Packages or pallets, and what stage 3 makes on the way to them. */
function stage3UpTo(names: readonly string[]): string[] {
  const lock = readLock();
  const packages = names.flatMap((name) => packagesOf(lock, name));
  return closure(lock, packages).filter((name) => packageNamed(lock, name).stage === 3);
}

/** Builds packages or pallets, and the rest of stage 3 that they take, over the host's GCC. */
export const compareGcc = (names: readonly string[]): Promise<Comparison[]> =>
  inNewFolder(async (folder) =>
    compareTrees(await buildOver(await gatherHostCompiler(folder), stage3UpTo(names))),
  );

/** Whether this machine has what it takes. */
export const hasHostGcc = (): Promise<boolean> =>
  execute("g++", ["--version"]).then(
    () => true,
    () => false,
  );

/** The lock by which {@link compareGcc} builds. */
export const lockOverHostGcc = (): Promise<Lock> =>
  inNewFolder(async (folder) => lockOver(await gatherHostCompiler(folder), join(folder, "host.tar")));

/** Builds the same over stage 3's GCC: whether that is a fixed point. */
export async function compareGccByItself(names: readonly string[]): Promise<Comparison[]> {
  const itself = {
    name: "gcc-amd64",
    folder: await builtTree("gcc"),
    members: ["usr"],
    into: "/out",
  } as const;
  return compareTrees(await buildOver(itself, stage3UpTo(names)));
}

/** What of GCC's own folder compiles and links static programs. */
const PARTS = ["cc1", "cc1plus", "collect2", "crt*.o", "libgcc.a", "libgcc_eh.a", "include/**"];

/** As stage 2's own compilers do it: static programs that can be loaded anywhere. The linker there has no plugins. */
const SPECS = `\
*self_spec:
+ %{!r:%{!shared:%{!static:%{!no-pie:-static-pie}}}} -fno-use-linker-plugin
`;

/**
 * Copies the host's compilers for C and C++ to a root where they find musl, and libstdc++ where stage 2 puts it.
 *
 * @returns them in place of stage 2's cross compiler
 */
async function gatherHostCompiler(root: string): Promise<Elsewhere> {
  const output = async (...args: string[]) => (await execute("gcc", args)).stdout.trim();
  const from = dirname(await output("-print-libgcc-file-name"));
  const to = join(root, from);
  for (const part of await glob(PARTS, { cwd: from })) copyInto(to, part, join(from, part));
  // Where there is a file of specs, GCC does not complete those that are built in, and would not link libgcc_eh.
  writeFileSync(join(to, "specs"), `${await output("-dumpspecs")}\n\n${SPECS}`);

  for (const name of ["gcc", "g++"]) {
    const { stdout } = await execute("sh", ["-c", `command -v ${name}`]);
    copyInto(root, `usr/bin/${name}`, realpathSync(stdout.trim()));
  }
  for (const library of await librariesOf(join(to, "cc1plus"), join(root, "usr/bin/gcc")))
    copyInto(root, library, library);

  const version = basename(from);
  const machine = await output("-dumpmachine");
  const { version: wanted } = packageNamed(readLock(), "libstdcxx-10");
  const headers = `/usr/x86_64-linux-musl/include/c++/${wanted}`;
  mkdirSync(join(root, "usr/include", machine, "c++"), { recursive: true });
  mkdirSync(join(root, "usr/include/c++"));
  symlinkSync(headers, join(root, "usr/include/c++", version));
  symlinkSync(`${headers}/x86_64-linux-musl`, join(root, "usr/include", machine, "c++", version));

  await addMissingFunction(root, join(to, "libgcc_eh.a"));
  await execute("find", [root, "-exec", "touch", "-h", "-d", "@0", "{}", "+"]);
  return { name: "gcc-10-cross", folder: root, members: ["usr", "lib", "lib64"], into: "/out" };
}

function copyInto(folder: string, path: string, file: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  copyFileSync(file, join(folder, path));
}

/** The libraries that programs of the host load, with what loads them. */
async function librariesOf(...programs: string[]): Promise<string[]> {
  const { stdout } = await execute("ldd", programs);
  return [...new Set(stdout.match(/(?<=\s)\/\S+(?= \()/g))];
}

/** By this function glibc tells where a function's table for exceptions is. musl has none, and GCC throws none. */
async function addMissingFunction(folder: string, archive: string): Promise<void> {
  const source = join(folder, "missing.c");
  const object = join(folder, "missing.o");
  writeFileSync(source, "int _dl_find_object(void *address, void *result) { return -1; }\n");
  await execute("gcc", ["-w", "-c", "-O2", "-o", object, source]);
  await execute("ar", ["-rD", archive, object]);
  for (const file of [source, object]) rmSync(file);
}
