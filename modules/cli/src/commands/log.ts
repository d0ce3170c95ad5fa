import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { packageNamed, StagexError } from "@stagex/core";
import { type GlobalOptions, openSession, placesOf, readLock } from "../session.ts";

/** `stagex log PACKAGE` */
export async function log(name: string, options: GlobalOptions): Promise<void> {
  const session = openSession(options);
  packageNamed(readLock(session), name);
  const path = join(placesOf(session).logs, `${name}.log`);
  if (!existsSync(path)) {
    throw new StagexError("usage", {
      cannot: `show the log of ${name}`,
      because: "it was not built with this store: its tree was there, came from a cache, or is not there yet",
      remedy: `\`stagex verify ${name}\` builds it in any case.`,
    });
  }
  await pipeline(createReadStream(path), process.stdout, { end: false });
}
