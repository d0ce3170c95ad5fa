import { closure, packagesOf } from "@stagex/core";
import { openSources } from "../building.ts";
import { type GlobalOptions, openSession, readLock } from "../session.ts";
import { bytes } from "../view.ts";

/** `stagex fetch [NAME...]`: all sources of the named and of all below them. */
export async function fetch(names: string[], options: GlobalOptions & { offline?: boolean }): Promise<void> {
  const session = openSession(options);
  const lock = readLock(session);
  const roots =
    names.length > 0 ? names.flatMap((name) => packagesOf(lock, name)) : Object.keys(lock.packages);
  const all = closure(lock, roots).flatMap((name) => lock.packages[name]?.sources ?? []);
  const distinct = [...new Map(all.map((source) => [source.sha256, source])).values()];

  const sources = await openSources(session, options);
  await sources.ensureAll(distinct, {
    onProgress({ file, received, total }) {
      if (received >= total) console.error(`fetched ${file}`);
    },
  });

  const size = distinct.reduce((sum, source) => sum + source.size, 0);
  if (options.json) console.log(JSON.stringify({ sources: distinct.length, size }));
  else console.log(`${distinct.length} sources at hand, ${bytes(size)}`);
}
