import { definePackage } from "@stagex/core";
import { buildLibstdcxx, gcc10, generatedInLibstdcxx10 } from "../gcc/recipe.ts";
import { crossToolchain } from "../toolchain.ts";
import { gcc10Cross } from "./gcc-10-cross.ts";

export const libstdcxx10 = definePackage({
  name: "libstdcxx-10",
  version: gcc10Cross.version,
  license: "GPL-3.0-or-later WITH GCC-exception-3.1",
  summary: "The C++ library for x86_64 of the cross compiler, without threads",
  sources: gcc10Cross.sources ?? [],
  needs: crossToolchain,
  // Built apart from libgcc, it does not find libgcc's header for threads, and is one without them. GCC 16 uses none.
  build: buildLibstdcxx({
    unpack: gcc10.unpack,
    system: "x86_64-linux-musl",
    compiler: "gcc",
    headers: `/usr/x86_64-linux-musl/include/c++/${gcc10Cross.version}`,
    make: ["hosted_source=src"],
    install: ["hosted_source=src", "install"],
  }),
  provides: ["/usr/lib/libstdc++.a"],
  generated: generatedInLibstdcxx10,
});
