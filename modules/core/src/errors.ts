/**
 * The exit status that each kind of failure gives, as documented in `stagex --help`.
 * One kind, one status: a script can tell a wrong name from a build that failed.
 */
export const exitStatus = {
  /** A step failed, a tree differs from the lock, or a check did not hold. */
  build: 1,
  /** Wrong command line: unknown command, package or pallet. */
  usage: 2,
  /** The lock or the package definitions cannot be used as they are. */
  lock: 3,
  /** A source or a cached tree cannot be had, or is not what the lock names. */
  source: 4,
  /** This machine lacks something: namespaces, disk space, permissions. */
  machine: 5,
} as const;

export type ErrorKind = keyof typeof exitStatus;

/**
 * An error that a user can act on. Its message reads "Cannot X: because Y", then what to do.
 *
 * @example
 * throw new StagexError("usage", {
 *   cannot: "build 'tincc'",
 *   because: "the lock has no such package",
 *   remedy: "Did you mean tinycc?",
 * });
 */
export class StagexError extends Error {
  override readonly name = "StagexError";
  readonly kind: ErrorKind;
  readonly cannot: string;
  readonly because: string;
  readonly remedy: string | undefined;

  constructor(kind: ErrorKind, parts: { cannot: string; because: string; remedy?: string; cause?: unknown }) {
    const remedy = parts.remedy ? `\n${parts.remedy}` : "";
    super(`Cannot ${parts.cannot}: because ${parts.because}${remedy}`, { cause: parts.cause });
    this.kind = kind;
    this.cannot = parts.cannot;
    this.because = parts.because;
    this.remedy = parts.remedy;
  }
}

/**
 * One error that tells of several failures; a single one, or one that is not for users, is returned as it is.
 *
 * @param cannot what could not be done, such as "build 3 packages"
 */
export function joinFailures(failures: readonly unknown[], cannot: string): unknown {
  const [first] = failures;
  if (failures.length === 1 || !(first instanceof StagexError)) return first;
  const remedy = failures.map(reasonOf).join("\n");
  return new StagexError(first.kind, { cannot, because: "each of them failed", remedy });
}

/** The message of anything thrown, for embedding in another message. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
