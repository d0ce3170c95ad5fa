import { readFileSync } from "node:fs";
import { reasonOf, StagexError } from "@stagex/core";

/** The text of a file that the user names. @throws StagexError of kind `usage` */
export function readNamed(path: string, cannot: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const gone = (cause as NodeJS.ErrnoException).code === "ENOENT";
    throw new StagexError("usage", {
      cannot,
      because: gone ? `there is no file ${path}` : reasonOf(cause),
      cause,
    });
  }
}

export const readKeyFile = (path: string): string => readNamed(path, `sign with ${path}`);
