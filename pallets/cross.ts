/** What the images have in common that compile for another architecture than their own. */
import { definePallet, type Package, type Pallet } from "@stagex/core";
import gcc from "./gcc/pallet.ts";

/** The image `gcc`, and beside its compilers those for `arch`: a project may want programs of both to be built. */
export const crossPallet = (arch: string, toolchain: readonly Package[]): Pallet =>
  definePallet({
    ...gcc,
    name: `cross-${arch}`,
    summary: `GCC 16 that compiles C and C++ for ${arch}, beside the native one`,
    packages: [...gcc.packages, ...toolchain],
  });
