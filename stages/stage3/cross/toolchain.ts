/** Compilers for other architectures, which run on x86_64: for each, what a program in C or C++ takes. */
import { crossBinutils } from "./binutils.ts";
import { crossGcc } from "./gcc.ts";
import { crossLibstdcxx } from "./libstdcxx.ts";
import { crossLinuxHeaders } from "./linux-headers.ts";
import { crossMusl } from "./musl.ts";
import { crossMuslHeaders } from "./musl-headers.ts";
import { type Target, target } from "./target.ts";

function crossToolchain(to: Target) {
  const linuxHeaders = crossLinuxHeaders(to);
  const binutils = crossBinutils(to);
  // A compiler takes the C library's headers, and the library takes the compiler.
  const muslHeaders = crossMuslHeaders(to);
  const gcc = crossGcc(to, [binutils, muslHeaders]);
  const musl = crossMusl(to, [binutils, gcc]);
  const libstdcxx = crossLibstdcxx(to, [binutils, gcc, musl, linuxHeaders]);
  return {
    packages: [linuxHeaders, binutils, muslHeaders, gcc, musl, libstdcxx],
    /** What programs take to be compiled. */
    forUse: [linuxHeaders, musl, libstdcxx, binutils, gcc],
  };
}

export const aarch64 = crossToolchain(target("aarch64", "arm64", "linux/arm64"));
export const riscv64 = crossToolchain(target("riscv64", "riscv", "linux/riscv64"));
