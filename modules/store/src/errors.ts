import { StagexError } from "@stagex/core";

const advice: Record<string, [because: string, remedy: string]> = {
  ENOSPC: ["the disk is full", "Make room, for instance with `stagex gc`, and run the command again."],
  EDQUOT: [
    "your disk quota is used up",
    "Make room, for instance with `stagex gc`, and run the command again.",
  ],
  EROFS: ["its file system is read-only", "Set STAGEX_HOME to a folder that you may write to."],
  EACCES: ["you may not write there", "Set STAGEX_HOME to a folder that you may write to."],
  EPERM: ["you may not write there", "Set STAGEX_HOME to a folder that you may write to."],
};

/** A failed system call as an error that a user can act on. Any other error is returned as it is. */
export function explain(cannot: string, error: unknown): unknown {
  if (error instanceof StagexError || !(error instanceof Error)) return error;
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const [because, remedy] = advice[code] ?? [error.message, "Check the disk and its permissions."];
  const where = path !== undefined && code in advice ? ` (${code} at ${path})` : "";
  return new StagexError("machine", { cannot, because: because + where, remedy, cause: error });
}

/** Runs `work`, and throws what fails in it as {@link explain} puts it. */
export async function explaining<T>(cannot: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explain(cannot, error);
  }
}
