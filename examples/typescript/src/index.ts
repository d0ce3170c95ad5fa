/** A C program, compiled by the TinyCC of stagex. */
import { argument, type Directory, dag, type File, func, object, type Platform } from "@dagger.io/dagger";

@object()
export class Hello {
  /** Files named by sha256. */
  sources?: Directory;

  /** @param sources Folder that `./stagex fetch` has filled, for an engine without internet. */
  constructor(sources?: Directory) {
    this.sources = sources;
  }

  /**
   * Compiles a C file.
   *
   * @returns A static program for i386.
   */
  @func()
  program(@argument({ defaultPath: "hello.c" }) source: File): File {
    return dag
      .container({ platform: "linux/386" as Platform })
      .withRootfs(dag.stage0({ sources: this.sources }).tinycc())
      .withFile("/hello.c", source)
      .withExec(["/usr/bin/tcc", "-static", "-o", "/hello", "/hello.c"])
      .file("/hello");
  }

  /** Compiles a C file, runs it where there is nothing else, and gives what it prints. */
  @func()
  run(@argument({ defaultPath: "hello.c" }) source: File): Promise<string> {
    return dag
      .container({ platform: "linux/386" as Platform })
      .withFile("/hello", this.program(source))
      .withExec(["/hello"])
      .stdout();
  }

  /** Runs a C file in the image of TinyCC, as a script: it is compiled into memory, and no program is written. */
  @func()
  script(@argument({ defaultPath: "hello.c" }) source: File): Promise<string> {
    return dag
      .stagex({ sources: this.sources })
      .buildPallet("tinycc")
      .withFile("/hello.c", source)
      .withExec(["-run", "/hello.c"], { useEntrypoint: true })
      .stdout();
  }
}
