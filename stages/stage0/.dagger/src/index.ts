/**
 * The packages of stage 0 of stagex. Each is built from the seed, and its tree is the one that the lock pins.
 *
 * `./stagex lock` writes this file from stagex.lock.
 */
import { type Directory, dag, func, object } from "@dagger.io/dagger";

@object()
export class Stage0 {
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
   * Macro assembler that knows no instruction by itself.
   *
   * @returns The tree of asm 1.
   */
  @func()
  asm(): Directory {
    return this.tree("asm");
  }

  /**
   * Compiler for C0, a small part of C.
   *
   * @returns The tree of c0 1.
   */
  @func()
  c0(): Directory {
    return this.tree("c0");
  }

  /**
   * C compiler for i386, able to compile TinyCC.
   *
   * @returns The tree of cc 1.
   */
  @func()
  cc(): Directory {
    return this.tree("cc");
  }

  /**
   * Hexadecimal text to bytes; the seed, built by itself from its own text.
   *
   * @returns The tree of hex0 1.
   */
  @func()
  hex0(): Directory {
    return this.tree("hex0");
  }

  /**
   * Hexadecimal text with labels to bytes.
   *
   * @returns The tree of hex1 1.
   */
  @func()
  hex1(): Directory {
    return this.tree("hex1");
  }

  /**
   * TinyCC for i386, built by itself until nothing changes, with its C library.
   *
   * @returns The tree of tinycc 0.9.27+git20200814.62c30a4a.
   */
  @func()
  tinycc(): Directory {
    return this.tree("tinycc");
  }

  /**
   * TinyCC as built by cc.
   *
   * @returns The tree of tinycc-1 0.9.27+git20200814.62c30a4a.
   */
  @func()
  tinycc1(): Directory {
    return this.tree("tinycc-1");
  }

  /**
   * TinyCC's source, unpacked and unpatched.
   *
   * @returns The tree of tinycc-source 0.9.27+git20200814.62c30a4a.
   */
  @func()
  tinyccSource(): Directory {
    return this.tree("tinycc-source");
  }

  /**
   * What a build without a shell needs: bunzip2, gunzip, untar, patch, cmp, install.
   *
   * @returns The tree of tools 1.
   */
  @func()
  tools(): Directory {
    return this.tree("tools");
  }

  private tree(name: string): Directory {
    return dag.stagex({ sources: this.sources }).buildPackage(name);
  }
}
