/**
 * Packages as typed data. A package file holds no logic beyond the choice of a recipe and its flags;
 * `resolve` turns the definitions into the lock, and everything else reads the lock.
 */

/** One process in the sandbox. No shell is implied. */
export interface Step {
  /** Program and arguments; the program is an absolute path, or relative to `cwd`. */
  readonly argv: readonly string[];
  /** Variables added to the lock's fixed environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Working directory; `/build` when absent. */
  readonly cwd?: string;
}

/** A file named by its sha256, with the places where it may be found. Never trusted, always checked. */
export interface Source {
  /** Lower-case hexadecimal sha256 of the file. */
  readonly sha256: string;
  /** Bytes. A download that grows beyond it is cut off. */
  readonly size: number;
  /** Name under `/build`; `{name}` and `{version}` are those of the package. */
  readonly file: string;
  /** Places in order of preference, see {@link Place}. */
  readonly from: readonly Place[];
}

/**
 * Where a source may be found:
 * - `https://…`, `http://…`: upstream.
 * - `debian:FILE`: a file of Debian's source archive, through the machine's own apt configuration.
 * - `npm:NAME@VERSION`, `go:MODULE@VERSION`, `crate:NAME@VERSION`, `pypi:NAME@VERSION/FILE`: through the
 *   settings of that ecosystem's own client.
 * - `project:PATH`: a file of this repository (made by `files` and `seeds`, not written by hand).
 *
 * `{name}` and `{version}` are replaced as in {@link Source.file}.
 */
export type Place = string;

/** What a recipe may use of the package that it builds. */
export interface RecipeContext {
  readonly name: string;
  readonly version: string;
  /** Names below `/build` of its `sources`, as declared. */
  readonly sources: readonly string[];
  /** Names below `/build` of its `files`, sorted. */
  readonly files: readonly string[];
}

/** A named way to build, such as `autotools(…)`: gives the steps for a package. */
export type Recipe = (context: RecipeContext) => readonly Step[];

export interface Package {
  /** Unique in the whole project; also its name on the command line. */
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly license: string;
  /** One line, without a full stop. */
  readonly summary: string;
  /** Files of this repository, as paths or globs below the stage's folder; they keep that path in `/build`. */
  readonly files?: readonly string[];
  /**
   * Machine code of this repository that a step executes: the one thing that is trusted as it is.
   * Paths below the stage's folder. `stagex audit` counts their bytes.
   */
  readonly seeds?: readonly string[];
  readonly sources?: readonly Source[];
  /** OCI platform of what it produces, where that is not its stage's: then it is cross-compiled. */
  readonly platform?: string;
  /** Packages whose trees make up the sandbox's root; where two hold one path, the earlier one wins. */
  readonly needs?: readonly Package[];
  readonly build: readonly Step[] | Recipe;
  /** Absolute paths that the tree must hold. */
  readonly provides?: readonly string[];
  /**
   * Files in the sources that the build uses and that a program of someone else generated: patterns of GNU tar for
   * members of the archives, where `*` matches `/`, too; behind the name of an archive in the archive and `!/`, for
   * its members. `stagex audit` counts what they match.
   */
  readonly generated?: readonly string[];
}

/** A level of the bootstrap. A stage uses itself and lower stages only. */
export interface Stage {
  readonly number: number;
  /** The stage's folder from the repository's root, with `/` between names. */
  readonly directory: string;
  /** OCI platform on which the packages are built, and for which where they do not name another: `linux/386`. */
  readonly platform: string;
  readonly packages: readonly Package[];
}

/** An OCI image made of trees, ready to `FROM`. */
export interface Pallet {
  readonly name: string;
  readonly summary: string;
  /** Trees of the image, from least to most often changed: one layer each, shared between pallets. */
  readonly packages: readonly Package[];
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly workdir?: string;
  /** Added to the standard `org.opencontainers.image.*` annotations and labels. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Declares a package. Does nothing but give the literal its type. */
export const definePackage = (definition: Package): Package => definition;

/** Declares a stage. */
export const defineStage = (definition: Stage): Stage => definition;

/** Declares a pallet. */
export const definePallet = (definition: Pallet): Pallet => definition;

/** Declares a source. */
export const source = (definition: Source): Source => definition;

/** The file as it lies in Debian's source archive (`pool/`), under the given or the source's own name. */
export const debian = (file = "{file}"): Place => `debian:${file}`;

/**
 * A step from its words.
 *
 * @example run("/hex0", "hex1/hex1.hex0", "/out/hex1")
 */
export const run = (...argv: string[]): Step => ({ argv });
