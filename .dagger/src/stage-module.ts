import type { Lock } from "./project.ts";

/** The source of the Dagger module of a stage: a function for each of its packages. */
export function stageModule(lock: Lock, stage: number): string {
  const packages = Object.entries(lock.packages).filter(([, locked]) => locked.stage === stage);
  const functions = packages.map(
    ([name, { version, summary }]) => `
  /**
   * ${summary}.
   *
   * @returns The tree of ${name} ${version}.
   */
  @func()
  ${identifier(name)}(): Directory {
    return this.tree("${name}");
  }
`,
  );
  return `/**
 * The packages of stage ${stage} of stagex. Each is built from the seed, and its tree is the one that the lock pins.
 *
 * \`dagger generate\` writes this file from stagex.lock.
 */
import { type Directory, dag, func, object } from "@dagger.io/dagger";

@object()
export class Stage${stage} {
  /** Files named by sha256. */
  sources?: Directory;

  /**
   * @param sources Folder of files named by sha256, as \`./stagex fetch\` fills it. Without it, the engine downloads
   * what does not lie in the repository.
   */
  constructor(sources?: Directory) {
    this.sources = sources;
  }
${functions.join("")}
  private tree(name: string): Directory {
    return dag.stagex({ sources: this.sources }).buildPackage(name);
  }
}
`;
}

/** A package's name as a function's: `tinycc-source` becomes `tinyccSource`, `libstdc++` `libstdcxx`. */
const identifier = (name: string): string =>
  name.replaceAll("+", "x").replace(/[-._]+(.)/g, (_, letter: string) => letter.toUpperCase());
