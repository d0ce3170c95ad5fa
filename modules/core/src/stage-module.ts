/** The Dagger module of each stage: a typed, documented function for each package, over the project's own module. */
import { StagexError } from "./errors.ts";
import { sortMembers } from "./json.ts";
import type { Lock } from "./lock.ts";

/** The oldest engine that runs the modules. */
const ENGINE_VERSION = "v0.21.9";

/**
 * The files of the modules, by path from the repository's root.
 *
 * @throws StagexError of kind `lock` when two packages of a stage give one function
 */
export function stageModules(lock: Lock): Map<string, string> {
  const stages = [...new Set(Object.values(lock.packages).map(({ stage }) => stage))].sort((a, b) => a - b);
  return new Map(
    stages.flatMap((stage) => [
      [`stages/stage${stage}/dagger.json`, json(moduleOf(stage))],
      [`stages/stage${stage}/.dagger/package.json`, json(packageOf(stage))],
      [`stages/stage${stage}/.dagger/src/index.ts`, sourceOf(lock, stage)],
    ]),
  );
}

const moduleOf = (stage: number) => ({
  name: `stage${stage}`,
  engineVersion: ENGINE_VERSION,
  sdk: { source: "typescript" },
  dependencies: [{ name: "stagex", source: "../.." }],
  source: ".dagger",
});

const packageOf = (stage: number) => ({
  name: `stage${stage}-dagger`,
  private: true,
  type: "module",
  license: "MIT",
  packageManager: "npm@11.8.0",
  dependencies: { typescript: "5.9.3" },
});

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

function sourceOf(lock: Lock, stage: number): string {
  const packages = Object.entries(sortMembers(lock.packages)).filter(([, locked]) => locked.stage === stage);
  checkFunctions(packages.map(([name]) => name));
  const functions = packages.map(
    ([name, { version, summary }]) => `
  /**
   * ${comment(summary)}.
   *
   * @returns The tree of ${name} ${comment(version)}.
   */
  @func()
  ${functionName(name)}(): Directory {
    return this.tree("${name}");
  }
`,
  );
  return `/**
 * The packages of stage ${stage} of stagex. Each is built from the seed, and its tree is the one that the lock pins.
 *
 * \`./stagex lock\` writes this file from stagex.lock.
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

/** A text that cannot end the comment that it is in. */
const comment = (text: string): string => text.replaceAll("*/", "* /").replaceAll(/\s+/g, " ");

/** A package's name as a function's: `tinycc-source` becomes `tinyccSource`, `libstdc++` `libstdcxx`. */
function functionName(name: string): string {
  const camel = name.replaceAll("+", "x").replace(/[-._]+(.)/g, (_, letter: string) => letter.toUpperCase());
  return /^[a-z]/.test(camel) ? camel : `package${camel}`;
}

/** Each function has a name of its own, which is none of the class's own either. */
function checkFunctions(names: readonly string[]): void {
  const known = new Map(["constructor", "sources", "tree"].map((own) => [own, `the module's own ${own}`]));
  for (const name of names) {
    const other = known.get(functionName(name));
    if (other !== undefined) {
      throw new StagexError("lock", {
        cannot: `write a Dagger module with ${name}`,
        because: `its function ${functionName(name)} would be that of ${other}`,
        remedy: "Choose another name.",
      });
    }
    known.set(functionName(name), name);
  }
}
