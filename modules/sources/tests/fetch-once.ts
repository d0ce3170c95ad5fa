/**
 * A process of its own that obtains one source, for the tests that need one: argv holds the cache's
 * directory, `online` or `offline`, and the source as JSON. Says the path, or the error's kind and message.
 */
import type { LockedSource } from "@stagex/core";
import { StagexError } from "@stagex/core";
import { SourceCache } from "../src/index.ts";

const [, , directory = "", network, json = ""] = process.argv;
const source: LockedSource = JSON.parse(json);
try {
  const cache = await SourceCache.open(directory, { project: process.cwd(), offline: network === "offline" });
  console.log(await cache.ensure(source));
} catch (error) {
  if (!(error instanceof StagexError)) throw error;
  console.log(`${error.kind}: ${error.message}`);
}
