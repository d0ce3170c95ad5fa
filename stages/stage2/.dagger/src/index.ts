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
   * The kernel's interface for programs on x86_64, as C headers.
   *
   * @returns The tree of linux-headers 6.12.101.
   */
  @func()
  linuxHeaders(): Directory {
    return this.tree("linux-headers");
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
