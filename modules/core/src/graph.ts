/** Questions about the graph of a lock's packages. */
import { StagexError } from "./errors.ts";
import type { Lock, LockedPackage, LockedPallet } from "./lock.ts";

/**
 * The package of that name.
 *
 * @throws StagexError of kind `usage` that names the nearest names.
 */
export function packageNamed(lock: Lock, name: string): LockedPackage {
  const locked = Object.hasOwn(lock.packages, name) ? lock.packages[name] : undefined;
  if (locked) return locked;
  throw unknownName("package", name, Object.keys(lock.packages));
}

/** The pallet of that name; throws as {@link packageNamed} does. */
export function palletNamed(lock: Lock, name: string): LockedPallet {
  const pallet = Object.hasOwn(lock.pallets, name) ? lock.pallets[name] : undefined;
  if (pallet) return pallet;
  throw unknownName("pallet", name, Object.keys(lock.pallets));
}

/** The names of the packages that a name stands for: those of the pallet of that name, else the package's own. */
export function packagesOf(lock: Lock, name: string): readonly string[] {
  if (Object.hasOwn(lock.pallets, name)) return palletNamed(lock, name).packages;
  if (Object.hasOwn(lock.packages, name)) return [name];
  throw unknownName("package or pallet", name, [...Object.keys(lock.packages), ...Object.keys(lock.pallets)]);
}

function unknownName(kind: string, name: string, names: readonly string[]): StagexError {
  const near = nearestNames(name, names);
  const list = kind === "pallet" ? "`stagex list --pallets` shows all." : "`stagex list` shows all packages.";
  return new StagexError("usage", {
    cannot: `find ${kind} '${name}'`,
    because: `the lock has no ${kind} of that name`,
    remedy: near.length > 0 ? `Did you mean ${near.join(", ")}? ${list}` : list,
  });
}

/** At most three of `names` that a slip of the keyboard may have turned into `name`, the nearest first. */
export function nearestNames(name: string, names: readonly string[]): string[] {
  const limit = Math.max(2, Math.floor(name.length / 3));
  return [...new Set(names)]
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .filter(({ candidate, distance }) => distance <= limit || candidate.startsWith(name))
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** Levenshtein's distance: the fewest insertions, deletions and substitutions. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

/** A shortest path from `user` down to `input` along inputs, both ends included; null when there is none. */
export function pathDown(lock: Lock, user: string, input: string): string[] | null {
  const cameFrom = new Map<string, string | null>([[user, null]]);
  for (const name of cameFrom.keys()) {
    if (name === input) break;
    for (const below of lock.packages[name]?.inputs ?? []) {
      if (!cameFrom.has(below)) cameFrom.set(below, name);
    }
  }
  if (!cameFrom.has(input)) return null;
  const path: string[] = [];
  for (let at: string | null | undefined = input; at; at = cameFrom.get(at)) path.unshift(at);
  return path;
}

/** The graph of `names` in Graphviz's DOT language, one cluster a stage. */
export function toDot(lock: Lock, names: readonly string[]): string {
  const stages = new Map<number, string[]>();
  for (const name of [...names].sort()) {
    const stage = lock.packages[name]?.stage ?? 0;
    stages.set(stage, [...(stages.get(stage) ?? []), name]);
  }
  const clusters = [...stages].map(([stage, members]) => {
    const nodes = members.map((name) => `"${name}";`).join(" ");
    return `  subgraph cluster_${stage} { label="stage ${stage}"; ${nodes} }`;
  });
  const edges = [...names]
    .sort()
    .flatMap((name) => (lock.packages[name]?.inputs ?? []).map((input) => `  "${name}" -> "${input}";`));
  return ["digraph stagex {", "  rankdir=BT;", ...clusters, ...edges, "}", ""].join("\n");
}

/**
 * Names of `roots` and of all that they need, inputs before what uses them.
 *
 * @param prune leaves out a package, and what only it needs
 */
export function closure(lock: Lock, roots: readonly string[], prune?: (name: string) => boolean): string[] {
  const done = new Set<string>();
  const path = new Set<string>();
  const visit = (name: string) => {
    if (done.has(name) || prune?.(name)) return;
    if (path.has(name)) throw cycleError([...path], name);
    path.add(name);
    for (const input of lock.packages[name]?.inputs ?? []) visit(input);
    path.delete(name);
    done.add(name);
  };
  for (const root of roots) visit(root);
  return [...done];
}

function cycleError(path: readonly string[], name: string): StagexError {
  const cycle = [...path.slice(path.indexOf(name)), name].join(" -> ");
  return new StagexError("lock", {
    cannot: "put the packages in order",
    because: `they need each other in a cycle: ${cycle}`,
    remedy: "Remove one of these needs from the definitions.",
  });
}
