/**
 * The packages of stage 2 of stagex. Each is built from the seed, and its tree is the one that the lock pins.
 *
 * `./stagex lock` writes this file from stagex.lock.
 */
import { type Directory, dag, func, object } from "@dagger.io/dagger";

@object()
export class Stage2 {
  /** Files named by sha256. */
  sources?: Directory;

  /**
   * @param sources Folder of files named by sha256, as `./stagex fetch` fills it. Without it, the engine downloads
   * what does not lie in the repository.
   */
  constructor(sources?: Directory) {
    this.sources = sources;
  }

  /**
   * Assembler, linker and archiver for x86_64, built by the cross compiler.
   *
   * @returns The tree of binutils-amd64 2.47.
   */
  @func()
  binutilsAmd64(): Directory {
    return this.tree("binutils-amd64");
  }

  /**
   * Shell and Unix tools in one program, for x86_64.
   *
   * @returns The tree of busybox-amd64 1.37.0.
   */
  @func()
  busyboxAmd64(): Directory {
    return this.tree("busybox-amd64");
  }

  /**
   * GCC for C and C++, which runs on i386 and compiles for x86_64, built by GCC 3.4.6.
   *
   * @returns The tree of gcc-10-cross 10.2.0.
   */
  @func()
  gcc10Cross(): Directory {
    return this.tree("gcc-10-cross");
  }

  /**
   * GCC for C and C++ on x86_64, built by the cross compiler.
   *
   * @returns The tree of gcc-amd64 16.2.0.
   */
  @func()
  gccAmd64(): Directory {
    return this.tree("gcc-amd64");
  }

  /**
   * Library for large numbers, for x86_64.
   *
   * @returns The tree of gmp-amd64 6.3.0.
   */
  @func()
  gmpAmd64(): Directory {
    return this.tree("gmp-amd64");
  }

  /**
   * The C++ library for x86_64 of the cross compiler, without threads.
   *
   * @returns The tree of libstdcxx-10 10.2.0.
   */
  @func()
  libstdcxx10(): Directory {
    return this.tree("libstdcxx-10");
  }

  /**
   * The kernel's interface for programs on x86_64, as C headers.
   *
   * @returns The tree of linux-headers 6.12.101.
   */
  @func()
  linuxHeaders(): Directory {
    return this.tree("linux-headers");
  }

  /**
   * GNU make for x86_64, built by the cross compiler.
   *
   * @returns The tree of make-amd64 4.4.1.
   */
  @func()
  makeAmd64(): Directory {
    return this.tree("make-amd64");
  }

  /**
   * Library for complex numbers of any precision, for x86_64.
   *
   * @returns The tree of mpc-amd64 1.3.1.
   */
  @func()
  mpcAmd64(): Directory {
    return this.tree("mpc-amd64");
  }

  /**
   * Library for floating-point numbers of any precision, for x86_64.
   *
   * @returns The tree of mpfr-amd64 4.2.2.
   */
  @func()
  mpfrAmd64(): Directory {
    return this.tree("mpfr-amd64");
  }

  /**
   * The C library musl for x86_64, built by the cross compiler.
   *
   * @returns The tree of musl-amd64 1.2.6.
   */
  @func()
  muslAmd64(): Directory {
    return this.tree("musl-amd64");
  }

  /**
   * musl's headers for x86_64, where a compiler is built that runs on i386.
   *
   * @returns The tree of musl-headers 1.2.6.
   */
  @func()
  muslHeaders(): Directory {
    return this.tree("musl-headers");
  }

  private tree(name: string): Directory {
    return dag.stagex({ sources: this.sources }).buildPackage(name);
  }
}
