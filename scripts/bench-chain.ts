/** A chain of trivial packages, for stagex and for Nix: each is a static program that writes a file. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  closure,
  definePackage,
  formatLock,
  type Lock,
  type Package,
  packageKey,
  parseLock,
  resolve,
  run as step,
} from "../modules/core/src/index.ts";
import { type Run, run, stagex, stagexPeak } from "./bench-run.ts";

export interface Chain {
  readonly directory: string;
  readonly names: readonly string[];
}

/** Which packages are asked for: the last one, which needs all others, or every one by name. */
export type Wanted = "last" | "all";

/** Writes the program, the lock and the Nix expression into an empty directory. */
export function makeChain(directory: string, length: number): Chain {
  mkdirSync(directory);
  const source = join(directory, "writer.c");
  writeFileSync(source, writerSource);
  const flags = ["-static", "-nostdlib", "-ffreestanding", "-fno-tree-loop-distribute-patterns"];
  run("cc", [...flags, "-fno-stack-protector", "-Os", "-s", "-o", join(directory, "writer"), source]);
  writeFileSync(join(directory, "chain.nix"), nixExpression(length));
  const packages: Package[] = [];
  for (let number = 1; number <= length; number++) packages.push(link(number, packages.at(-1)));
  const stage = { number: 0, directory: ".", platform: "linux/amd64", packages };
  const lock = resolve(
    { stages: [stage], pallets: [] },
    { match: () => [], describe: describeIn(directory) },
  );
  writeFileSync(lockOf(directory), formatLock(lock));
  return { directory, names: packages.map(({ name }) => name) };
}

/** Without a libc, since the time to load one is not what is compared. For x86_64, as Nix's system is. */
const writerSource = `
static long call(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return result;
}

__attribute__((force_align_arg_pointer, used)) static void start(long *stack) {
  char **argv = (char **)(stack + 1);
  long length = 0;
  while (argv[2][length]) length++;
  long file = call(2, (long)argv[1], 01 | 0100 | 0200, 0644); // open: write only, create, exclusive
  call(60, file < 0 || call(1, file, (long)argv[2], length) != length, 0, 0);
}

__asm__(".globl _start\\n_start: mov %rsp, %rdi\\n call start");
`;

const link = (number: number, previous: Package | undefined): Package =>
  definePackage({
    name: `chain-${number}`,
    version: "1",
    license: "MIT",
    summary: "Link of a chain",
    seeds: ["writer"],
    needs: previous ? [previous] : [],
    build: [step("/build/writer", "/out/link", String(number))],
  });

/** The same chain: the environment variable makes the previous link an input. */
const nixExpression = (length: number) => `
{ all }:
let
  writer = builtins.path { path = ./writer; name = "writer"; };
  links = builtins.genList (index: derivation ({
    name = "chain-\${toString (index + 1)}";
    system = builtins.currentSystem;
    builder = writer;
    args = [ (placeholder "out") (toString (index + 1)) ];
  } // (if index == 0 then { } else { previous = builtins.elemAt links (index - 1); }))) ${length};
in
if all then links else builtins.elemAt links ${length - 1}
`;

const lockOf = (directory: string) => join(directory, "stagex.lock");

const describeIn = (directory: string) => (path: string) => {
  const content = readFileSync(join(directory, path));
  return { sha256: digestOf(content), size: content.length };
};

/**
 * Resolves packages that each need up to three others and have a source and two steps.
 *
 * @returns the seconds that it took, their definition not included.
 */
export function resolveSynthetic(count: number): number {
  const packages: Package[] = [];
  for (let number = 0; number < count; number++) {
    const below = new Set(
      [number - 1, number - 7, number >> 1].filter((index) => index >= 0 && index < number),
    );
    packages.push(
      definePackage({
        name: `synthetic-${number}`,
        version: "1",
        license: "MIT",
        summary: "A package like others",
        sources: [
          {
            sha256: digestOf(String(number)),
            size: 1,
            file: "{name}.tar",
            from: ["https://example.org/{file}"],
          },
        ],
        needs: [...below].map((index) => packages[index] as Package),
        build: [
          step("/bin/tar", "xf", "source.tar"),
          step("/bin/sh", "-c", "./configure\nmake\nmake install"),
        ],
      }),
    );
  }
  const stage = { number: 0, directory: ".", platform: "linux/amd64", packages };
  const started = performance.now();
  resolve({ stages: [stage], pallets: [] }, { match: () => [], describe: () => ({ sha256: "", size: 0 }) });
  return (performance.now() - started) / 1000;
}

const digestOf = (content: string | Buffer) => createHash("sha256").update(content).digest("hex");

const namesOf = ({ names }: Chain, wanted: Wanted) => (wanted === "all" ? names : names.slice(-1));

const argumentsOf = (chain: Chain, home: string, wanted: Wanted) => [
  ...["--lock", lockOf(chain.directory), "--home", home],
  ...["build", "--json", ...namesOf(chain, wanted)],
];

export const stagexBuild = (chain: Chain, home: string, wanted: Wanted): Run =>
  stagex(...argumentsOf(chain, home, wanted));

/**
 * Builds every link, and pins what came out in the lock.
 *
 * @returns the peak memory in bytes.
 */
export function stagexPin(chain: Chain, home: string): number {
  const { output, peak } = stagexPeak(chain.directory, ...argumentsOf(chain, home, "all"));
  const { packages } = JSON.parse(output) as { packages: { name: string; tree: string }[] };
  const trees = new Map(packages.map(({ name, tree }) => [name, tree]));
  const lock = parseLock(readFileSync(lockOf(chain.directory), "utf8"));
  pin(lock, trees);
  writeFileSync(lockOf(chain.directory), formatLock(lock));
  return peak;
}

function pin(lock: Lock, trees: ReadonlyMap<string, string>): void {
  for (const name of closure(lock, Object.keys(lock.packages))) {
    const locked = lock.packages[name];
    if (locked) Object.assign(locked, { key: packageKey(lock, locked), tree: trees.get(name) });
  }
}

/** Builds with the store in a directory of its own, in Nix's sandbox or not at all, and from nowhere else. */
export function nixBuild(chain: Chain, store: string, wanted: Wanted): Run {
  return run("nix-build", [
    ...["--store", store, "--no-out-link", join(chain.directory, "chain.nix")],
    ...["--arg", "all", String(wanted === "all")],
    ...[
      "--option",
      "sandbox",
      "true",
      "--option",
      "sandbox-fallback",
      "false",
      "--option",
      "substitute",
      "false",
    ],
  ]);
}
