import { autotools, definePackage } from "@stagex/core";
import { gcc10, generatedInLibstdcxx10 } from "../gcc/recipe.ts";
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
  build: autotools({
    unpack: gcc10.unpack,
    folder: "libstdc++-v3",
    configure: [
      ...["build", "host"].map((role) => `--${role}=x86_64-linux-musl`),
      ...["libstdcxx-pch", "multilib", "nls", "shared"].map((part) => `--disable-${part}`),
      // Where the cross compiler looks.
      `--with-gxx-include-dir=/usr/x86_64-linux-musl/include/c++/${gcc10Cross.version}`,
    ],
    // g++ would link with the library that is to be built.
    env: { CXX: "gcc -nostdinc++", CFLAGS: "-O2", CXXFLAGS: "-O2" },
    make: ["hosted_source=src"],
    install: ["hosted_source=src", "install"],
  }),
  provides: ["/usr/lib/libstdc++.a"],
  generated: generatedInLibstdcxx10,
});
