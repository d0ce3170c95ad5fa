/**
 * The packages of stage 3 of stagex. Each is built from the seed, and its tree is the one that the lock pins.
 *
 * `./stagex lock` writes this file from stagex.lock.
 */
import { type Directory, dag, func, object } from "@dagger.io/dagger";

@object()
export class Stage3 {
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
   * The GNU shell, with its line editor.
   *
   * @returns The tree of bash 5.3.
   */
  @func()
  bash(): Directory {
    return this.tree("bash");
  }

  /**
   * Assembler, linker, archiver and other tools for object files.
   *
   * @returns The tree of binutils 2.47.
   */
  @func()
  binutils(): Directory {
    return this.tree("binutils");
  }

  /**
   * Assembler, linker, archiver and other tools for object files of aarch64.
   *
   * @returns The tree of binutils-aarch64 2.47.
   */
  @func()
  binutilsAarch64(): Directory {
    return this.tree("binutils-aarch64");
  }

  /**
   * Assembler, linker, archiver and other tools for object files of riscv64.
   *
   * @returns The tree of binutils-riscv64 2.47.
   */
  @func()
  binutilsRiscv64(): Directory {
    return this.tree("binutils-riscv64");
  }

  /**
   * GNU bison, a generator of parsers, with a parser and scanners made here.
   *
   * @returns The tree of bison 3.8.2.
   */
  @func()
  bison(): Directory {
    return this.tree("bison");
  }

  /**
   * GNU bison with the parser and the scanners that its authors made.
   *
   * @returns The tree of bison-1 3.8.2.
   */
  @func()
  bison1(): Directory {
    return this.tree("bison-1");
  }

  /**
   * Shell and Unix tools in one program.
   *
   * @returns The tree of busybox 1.38.0.
   */
  @func()
  busybox(): Directory {
    return this.tree("busybox");
  }

  /**
   * A compressor of files, and its library.
   *
   * @returns The tree of bzip2 1.0.8.
   */
  @func()
  bzip2(): Directory {
    return this.tree("bzip2");
  }

  /**
   * The certification authorities that Mozilla trusts with the names of servers.
   *
   * @returns The tree of ca-certificates 20250419.
   */
  @func()
  caCertificates(): Directory {
    return this.tree("ca-certificates");
  }

  /**
   * GNU's basic tools for files, text and the shell, in one program.
   *
   * @returns The tree of coreutils 9.10.
   */
  @func()
  coreutils(): Directory {
    return this.tree("coreutils");
  }

  /**
   * GNU diff, diff3, sdiff and cmp.
   *
   * @returns The tree of diffutils 3.12.
   */
  @func()
  diffutils(): Directory {
    return this.tree("diffutils");
  }

  /**
   * GNU find, xargs and locate.
   *
   * @returns The tree of findutils 4.11.0.
   */
  @func()
  findutils(): Directory {
    return this.tree("findutils");
  }

  /**
   * Generator of scanners.
   *
   * @returns The tree of flex 2.6.4.
   */
  @func()
  flex(): Directory {
    return this.tree("flex");
  }

  /**
   * GNU awk.
   *
   * @returns The tree of gawk 5.3.2.
   */
  @func()
  gawk(): Directory {
    return this.tree("gawk");
  }

  /**
   * GCC for C and C++, with OpenMP, built by itself.
   *
   * @returns The tree of gcc 16.2.0.
   */
  @func()
  gcc(): Directory {
    return this.tree("gcc");
  }

  /**
   * GCC for C and C++, which compiles for aarch64.
   *
   * @returns The tree of gcc-aarch64 16.2.0.
   */
  @func()
  gccAarch64(): Directory {
    return this.tree("gcc-aarch64");
  }

  /**
   * GCC for C and C++, which compiles for riscv64.
   *
   * @returns The tree of gcc-riscv64 16.2.0.
   */
  @func()
  gccRiscv64(): Directory {
    return this.tree("gcc-riscv64");
  }

  /**
   * Programs that GCC's authors test its compilers for C and C++ with.
   *
   * @returns The tree of gcc-testsuite 16.2.0.
   */
  @func()
  gccTestsuite(): Directory {
    return this.tree("gcc-testsuite");
  }

  /**
   * Library for large numbers.
   *
   * @returns The tree of gmp 6.3.0.
   */
  @func()
  gmp(): Directory {
    return this.tree("gmp");
  }

  /**
   * Generator of perfect hash functions.
   *
   * @returns The tree of gperf 3.3.
   */
  @func()
  gperf(): Directory {
    return this.tree("gperf");
  }

  /**
   * GNU grep, which finds lines that match.
   *
   * @returns The tree of grep 3.12.
   */
  @func()
  grep(): Directory {
    return this.tree("grep");
  }

  /**
   * GNU gzip, which compresses files.
   *
   * @returns The tree of gzip 1.14.
   */
  @func()
  gzip(): Directory {
    return this.tree("gzip");
  }

  /**
   * The C++ library for aarch64.
   *
   * @returns The tree of libstdcxx-aarch64 16.2.0.
   */
  @func()
  libstdcxxAarch64(): Directory {
    return this.tree("libstdcxx-aarch64");
  }

  /**
   * The C++ library for riscv64.
   *
   * @returns The tree of libstdcxx-riscv64 16.2.0.
   */
  @func()
  libstdcxxRiscv64(): Directory {
    return this.tree("libstdcxx-riscv64");
  }

  /**
   * The kernel's interface for programs on aarch64, as C headers.
   *
   * @returns The tree of linux-headers-aarch64 6.12.101.
   */
  @func()
  linuxHeadersAarch64(): Directory {
    return this.tree("linux-headers-aarch64");
  }

  /**
   * The kernel's interface for programs on riscv64, as C headers.
   *
   * @returns The tree of linux-headers-riscv64 6.12.101.
   */
  @func()
  linuxHeadersRiscv64(): Directory {
    return this.tree("linux-headers-riscv64");
  }

  /**
   * GNU m4, a macro processor, which bison and flex call.
   *
   * @returns The tree of m4 1.4.19.
   */
  @func()
  m4(): Directory {
    return this.tree("m4");
  }

  /**
   * GNU make.
   *
   * @returns The tree of make 4.4.1.
   */
  @func()
  make(): Directory {
    return this.tree("make");
  }

  /**
   * Library for complex numbers of any precision.
   *
   * @returns The tree of mpc 1.3.1.
   */
  @func()
  mpc(): Directory {
    return this.tree("mpc");
  }

  /**
   * Library for floating-point numbers of any precision.
   *
   * @returns The tree of mpfr 4.2.2.
   */
  @func()
  mpfr(): Directory {
    return this.tree("mpfr");
  }

  /**
   * The C library musl.
   *
   * @returns The tree of musl 1.2.6.
   */
  @func()
  musl(): Directory {
    return this.tree("musl");
  }

  /**
   * The C library musl for aarch64.
   *
   * @returns The tree of musl-aarch64 1.2.6.
   */
  @func()
  muslAarch64(): Directory {
    return this.tree("musl-aarch64");
  }

  /**
   * musl's headers for aarch64, where the compiler for it is built.
   *
   * @returns The tree of musl-headers-aarch64 1.2.6.
   */
  @func()
  muslHeadersAarch64(): Directory {
    return this.tree("musl-headers-aarch64");
  }

  /**
   * musl's headers for riscv64, where the compiler for it is built.
   *
   * @returns The tree of musl-headers-riscv64 1.2.6.
   */
  @func()
  muslHeadersRiscv64(): Directory {
    return this.tree("musl-headers-riscv64");
  }

  /**
   * The C library musl for riscv64.
   *
   * @returns The tree of musl-riscv64 1.2.6.
   */
  @func()
  muslRiscv64(): Directory {
    return this.tree("musl-riscv64");
  }

  /**
   * GNU patch, which applies what diff wrote.
   *
   * @returns The tree of patch 2.8.
   */
  @func()
  patch(): Directory {
    return this.tree("patch");
  }

  /**
   * GNU sed, a stream editor.
   *
   * @returns The tree of sed 4.9.
   */
  @func()
  sed(): Directory {
    return this.tree("sed");
  }

  /**
   * GNU tar.
   *
   * @returns The tree of tar 1.35.
   */
  @func()
  tar(): Directory {
    return this.tree("tar");
  }

  /**
   * The time zones of the world.
   *
   * @returns The tree of tzdata 2026c.
   */
  @func()
  tzdata(): Directory {
    return this.tree("tzdata");
  }

  /**
   * XZ Utils, which compress files, and their library.
   *
   * @returns The tree of xz 5.8.4.
   */
  @func()
  xz(): Directory {
    return this.tree("xz");
  }

  /**
   * A fast compressor of files, and its library.
   *
   * @returns The tree of zstd 1.5.7.
   */
  @func()
  zstd(): Directory {
    return this.tree("zstd");
  }

  private tree(name: string): Directory {
    return dag.stagex({ sources: this.sources }).buildPackage(name);
  }
}
