import { closure, packageNamed, packagesOf, pathDown, StagexError, toDot } from "@stagex/core";
import { type GlobalOptions, openSession, readLock } from "../session.ts";

/** `stagex why USER INPUT` */
export function why(user: string, input: string, options: GlobalOptions): void {
  const lock = readLock(openSession(options));
  packageNamed(lock, input);
  const paths = packagesOf(lock, user)
    .map((name) => pathDown(lock, name, input))
    .filter((path) => path !== null)
    .sort((a, b) => a.length - b.length);
  const [path] = paths;
  if (!path) {
    throw new StagexError("usage", {
      cannot: `show why ${user} needs ${input}`,
      because: `it does not need it, neither directly nor through others`,
    });
  }
  console.log(
    options.json
      ? JSON.stringify(path)
      : path.map((name, depth) => `${"  ".repeat(depth)}${name}`).join("\n"),
  );
}

/** `stagex graph [NAME...]` */
export function graph(names: string[], options: GlobalOptions & { format: "dot" | "json" }): void {
  const lock = readLock(openSession(options));
  const roots =
    names.length > 0 ? names.flatMap((name) => packagesOf(lock, name)) : Object.keys(lock.packages);
  const all = closure(lock, roots);
  if (options.format === "dot") {
    process.stdout.write(toDot(lock, all));
    return;
  }
  console.log(
    JSON.stringify(Object.fromEntries(all.map((name) => [name, lock.packages[name]?.inputs ?? []]))),
  );
}
