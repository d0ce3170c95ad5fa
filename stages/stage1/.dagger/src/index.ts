/**
 * The packages of stage 1 of stagex. Each is built from the seed, and its tree is the one that the lock pins.
 *
 * `./stagex lock` writes this file from stagex.lock.
 */
import { type Directory, dag, func, object } from "@dagger.io/dagger";

@object()
export class Stage1 {
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
   * Assembler, linker and archiver for i386 and x86_64, built by GCC.
   *
   * @returns The tree of binutils-i386 2.44.
   */
  @func()
  binutilsI386(): Directory {
    return this.tree("binutils-i386");
  }

  /**
   * Assembler, linker and archiver for i386 and x86_64, built by TinyCC.
   *
   * @returns The tree of binutils-tcc 2.44.
   */
  @func()
  binutilsTcc(): Directory {
    return this.tree("binutils-tcc");
  }

  /**
   * Shell and Unix tools in one program, built by GCC.
   *
   * @returns The tree of busybox-i386 1.37.0.
   */
  @func()
  busyboxI386(): Directory {
    return this.tree("busybox-i386");
  }

  /**
   * Shell and Unix tools in one program, built by TinyCC.
   *
   * @returns The tree of busybox-tcc 1.37.0.
   */
  @func()
  busyboxTcc(): Directory {
    return this.tree("busybox-tcc");
  }

  /**
   * GCC for C and C++ on i386, built by itself until nothing changes, with the C++ library.
   *
   * @returns The tree of gcc-3 3.4.6.
   */
  @func()
  gcc3(): Directory {
    return this.tree("gcc-3");
  }

  /**
   * GCC's C compiler, built by TinyCC.
   *
   * @returns The tree of gcc-3-1 3.4.6.
   */
  @func()
  gcc31(): Directory {
    return this.tree("gcc-3-1");
  }

  /**
   * GCC's C and C++ compilers, built by the GCC that TinyCC built.
   *
   * @returns The tree of gcc-3-2 3.4.6.
   */
  @func()
  gcc32(): Directory {
    return this.tree("gcc-3-2");
  }

  /**
   * GCC's own programs to run as tests of a C compiler.
   *
   * @returns The tree of gcc-torture 10.2.0.
   */
  @func()
  gccTorture(): Directory {
    return this.tree("gcc-torture");
  }

  /**
   * Library for large numbers, which GCC computes with.
   *
   * @returns The tree of gmp-i386 6.3.0.
   */
  @func()
  gmpI386(): Directory {
    return this.tree("gmp-i386");
  }

  /**
   * Macro processor, for what makes parsers and configure scripts.
   *
   * @returns The tree of m4-i386 1.4.19.
   */
  @func()
  m4I386(): Directory {
    return this.tree("m4-i386");
  }

  /**
   * GNU make, built by GCC.
   *
   * @returns The tree of make-i386 4.3.
   */
  @func()
  makeI386(): Directory {
    return this.tree("make-i386");
  }

  /**
   * GNU make, built by TinyCC.
   *
   * @returns The tree of make-tcc 4.3.
   */
  @func()
  makeTcc(): Directory {
    return this.tree("make-tcc");
  }

  /**
   * Library for complex numbers of any precision, which GCC computes with.
   *
   * @returns The tree of mpc-i386 1.3.1.
   */
  @func()
  mpcI386(): Directory {
    return this.tree("mpc-i386");
  }

  /**
   * Library for floating-point numbers of any precision, which GCC computes with.
   *
   * @returns The tree of mpfr-i386 4.2.2.
   */
  @func()
  mpfrI386(): Directory {
    return this.tree("mpfr-i386");
  }

  /**
   * The C library musl for i386, built by GCC.
   *
   * @returns The tree of musl-i386 1.2.6.
   */
  @func()
  muslI386(): Directory {
    return this.tree("musl-i386");
  }

  /**
   * The C library musl for i386, built by TinyCC.
   *
   * @returns The tree of musl-tcc 1.2.6.
   */
  @func()
  muslTcc(): Directory {
    return this.tree("musl-tcc");
  }

  /**
   * The patched TinyCC, built by stage 0's with stage 0's libc.
   *
   * @returns The tree of tinycc-2 0.9.27+git20200814.62c30a4a.
   */
  @func()
  tinycc2(): Directory {
    return this.tree("tinycc-2");
  }

  /**
   * TinyCC on musl, built by itself until nothing changes.
   *
   * @returns The tree of tinycc-musl 0.9.27+git20200814.62c30a4a.
   */
  @func()
  tinyccMusl(): Directory {
    return this.tree("tinycc-musl");
  }

  /**
   * TinyCC's source, patched so that it compiles musl and what follows.
   *
   * @returns The tree of tinycc-patched 0.9.27+git20200814.62c30a4a.
   */
  @func()
  tinyccPatched(): Directory {
    return this.tree("tinycc-patched");
  }

  private tree(name: string): Directory {
    return dag.stagex({ sources: this.sources }).buildPackage(name);
  }
}
