/** How the patched TinyCC is built: its source lies in /src/tinycc, `config.h` in /build/tinycc. */
import { run, type Step } from "@stagex/core";

/** Lets the compiler `tcc` build TinyCC and its runtime library into the folder `out`. */
export const generation = (tcc: string, out: string): Step[] => {
  const inFolder = (cwd: string, ...argv: string[]): Step => ({ argv: [tcc, ...argv], cwd });
  return [
    run("/install", out),
    inFolder("/src/tinycc/lib", "-c", "-o", `${out}/libtcc1.o`, "libtcc1.c"),
    inFolder("/src/tinycc/lib", "-c", "-o", `${out}/alloca86.o`, "alloca86.S"),
    inFolder(out, "-ar", "rcs", "libtcc1.a", "libtcc1.o", "alloca86.o"),
    inFolder("/src/tinycc", "-static", "-I", "/build/tinycc", "-o", `${out}/tcc`, "tcc.c"),
  ];
};

const headers = ["float", "stdalign", "stdarg", "stdbool", "stddef", "stdnoreturn", "varargs"];

/** Installs what {@link generation} left in the folder `from`. */
export const install = (from: string): Step[] => [
  run("/install", "/out/usr/bin", `${from}/tcc`),
  run("/install", "/out/usr/lib/tcc", `${from}/libtcc1.a`),
  run("/install", "/out/usr/lib/tcc/include", ...headers.map((name) => `/src/tinycc/include/${name}.h`)),
];
