/**
 * How TinyCC is built: once by cc, then by itself until nothing changes. There is no shell, so each process
 * is written out. The folders `libc` and `tinycc` of stage 0 lie in /build, TinyCC's source in /src/tinycc.
 */
import { run, type Step } from "@stagex/core";

/** The libc's sources but for `start.c` (crt1.o) and `empty.c` (crti.o, crtn.o). */
const libc = [
  ...["ctype", "environment", "exit", "files", "format", "integer", "malloc", "math", "number", "process"],
  ...["scan", "setjmp", "sort", "stdio", "string", "syscall", "time"],
];

const sourceOf = (name: string): string => `${name}.c`;
const objectOf = (name: string): string => `${name}.o`;

/** Arguments for cc that add the libc to a program. */
export const withLibc = [
  "-I",
  "/build/libc/include",
  ...["start", ...libc].map((name) => `/build/libc/${name}.c`),
];

/** Unpacks TinyCC's source archive, which has no top folder. */
export const unpack = (archive: string): Step[] => [
  run("/bunzip2", archive, "tinycc.tar"),
  run("/untar", "tinycc.tar", "/out/src/tinycc"),
];

/** TinyCC as built by cc. */
export const first: Step[] = [
  run("/cc", "-o", "/out/tinycc-1", "-I", "/build/tinycc", ...withLibc, "/src/tinycc/tcc.c"),
];

const includes = [
  "-nostdinc",
  "-I",
  "/src/tinycc/include",
  "-I",
  "/build/libc/include",
  "-I",
  "/build/tinycc",
];

/**
 * Lets a TinyCC build its libraries and itself into the folder `out`. Sources are named relative to where
 * they lie, since TinyCC records their names in what it makes.
 */
const generation = (tcc: string, out: string): Step[] => {
  const inFolder = (cwd: string, ...argv: string[]): Step => ({ argv: [tcc, ...argv], cwd });
  const compile = (cwd: string, source: string, object: string): Step =>
    inFolder(cwd, "-c", ...includes, "-o", `${out}/${object}`, source);
  return [
    run("/install", out),
    inFolder("/build/libc", "-c", ...includes, ...libc.map(sourceOf)),
    inFolder("/build/libc", "-ar", "rcs", `${out}/libc.a`, ...libc.map(objectOf)),
    compile("/build/libc", "start.c", "crt1.o"),
    compile("/build/libc", "empty.c", "crti.o"),
    compile("/build/libc", "empty.c", "crtn.o"),
    inFolder(out, "-ar", "rcs", "libm.a", "crti.o"),
    compile("/src/tinycc/lib", "libtcc1.c", "libtcc1.o"),
    compile("/src/tinycc/lib", "alloca86.S", "alloca86.o"),
    inFolder(out, "-ar", "rcs", "libtcc1.a", "libtcc1.o", "alloca86.o"),
    inFolder(
      "/src/tinycc",
      ...["-static", "-nostdlib", ...includes, "-o", `${out}/tcc`],
      ...[`${out}/crt1.o`, "tcc.c", `${out}/libc.a`, `${out}/libtcc1.a`],
    ),
  ];
};

const header = (name: string): string => `${name}.h`;

const headers = [
  ...["assert", "ctype", "errno", "fcntl", "inttypes", "limits", "math", "semaphore", "setjmp"],
  ...["signal", "stdint", "stdio", "stdlib", "string", "time", "unistd"],
].map(header);

const install = (to: string, from: string, files: string[]): Step =>
  run("/install", `/out/${to}`, ...files.map((file) => `${from}/${file}`));

const results = ["tcc", "libc.a", "libm.a", "libtcc1.a", "crt1.o", "crti.o", "crtn.o"];

/** The second generation, the third, and the proof that they are equal; then the tree that is kept. */
export const fixedPoint: Step[] = [
  ...generation("/tinycc-1", "/build/2"),
  ...generation("/build/2/tcc", "/build/3"),
  ...results.map((file) => run("/cmp", `/build/2/${file}`, `/build/3/${file}`)),
  install("usr/bin", "/build/3", ["tcc"]),
  install("usr/lib", "/build/3", ["libc.a", "libm.a", "crt1.o", "crti.o", "crtn.o"]),
  install("usr/lib/tcc", "/build/3", ["libtcc1.a"]),
  install(
    "usr/lib/tcc/include",
    "/src/tinycc/include",
    ["float", "stdalign", "stdarg", "stdbool", "stddef", "stdnoreturn", "varargs"].map(header),
  ),
  install("usr/include", "/build/libc/include", headers),
  install(
    "usr/include/sys",
    "/build/libc/include/sys",
    ["mman", "stat", "time", "types", "wait"].map(header),
  ),
];
