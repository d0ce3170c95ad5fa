import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { schedule } from "../src/index.ts";

type Graph = Record<string, string[]>;

/** Acyclic graphs: each package may need any of those before it. */
const anyGraph: fc.Arbitrary<Graph> = fc
  .array(fc.array(fc.nat(30), { maxLength: 4 }), { minLength: 1, maxLength: 20 })
  .map((rows) =>
    Object.fromEntries(
      rows.map((row, index) => [
        `p${index}`,
        [...new Set(row.filter((to) => to < index).map((to) => `p${to}`))],
      ]),
    ),
  );

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Runs a schedule over `graph` and records what happened in which order. */
async function observe(
  graph: Graph,
  {
    jobs = 2,
    failing = [] as string[],
    found = [] as string[],
    keepGoing = false,
    roots = Object.keys(graph),
  } = {},
) {
  const built: string[] = [];
  let running = 0;
  let most = 0;
  const outcome = await schedule(roots, {
    inputs: (name) => graph[name] ?? [],
    find: async (name) => (found.includes(name) ? name : undefined),
    async build(name, inputs) {
      expect(inputs).toEqual(graph[name]);
      most = Math.max(most, ++running);
      await turn();
      running--;
      if (failing.includes(name)) throw new Error(`${name} failed`);
      built.push(name);
      return name;
    },
    jobs,
    keepGoing,
  });
  return { ...outcome, built, most };
}

describe("a schedule", () => {
  test("builds every package once, after its inputs, and never more at a time than it may", async () => {
    await fc.assert(
      fc.asyncProperty(anyGraph, fc.integer({ min: 1, max: 4 }), async (graph, jobs) => {
        const { built, most, results } = await observe(graph, { jobs });
        expect([...built].sort()).toEqual(Object.keys(graph).sort());
        expect(results.size).toBe(built.length);
        expect(most).toBeLessThanOrEqual(jobs);
        for (const [name, inputs] of Object.entries(graph)) {
          for (const input of inputs) expect(built.indexOf(input)).toBeLessThan(built.indexOf(name));
        }
      }),
    );
  });

  test("when told to keep going, builds exactly what does not depend on a failure", async () => {
    await fc.assert(
      fc.asyncProperty(anyGraph, fc.nat(19), async (graph, pick) => {
        const names = Object.keys(graph);
        const bad = names[pick % names.length] as string;
        const above = (name: string): boolean => name === bad || (graph[name] ?? []).some(above);
        const { built, failures, skipped } = await observe(graph, { failing: [bad], keepGoing: true });
        expect([...built].sort()).toEqual(names.filter((name) => !above(name)).sort());
        expect([...failures.keys()]).toEqual([bad]);
        expect([...skipped].sort()).toEqual(names.filter((name) => name !== bad && above(name)).sort());
      }),
    );
  });

  test("starts nothing more after a failure", async () => {
    const { built, skipped } = await observe({ a: [], b: [], c: [] }, { jobs: 1, failing: ["a"] });
    expect(built).toEqual([]);
    expect([...skipped].sort()).toEqual(["b", "c"]);
  });

  test("does not look below what is at hand", async () => {
    const { built } = await observe({ a: [], b: ["a"], c: ["b"] }, { found: ["b"], roots: ["c"] });
    expect(built).toEqual(["c"]);
  });

  test("starts nothing when it is aborted", async () => {
    const outcome = await schedule(["a"], {
      inputs: () => [],
      find: async () => undefined,
      build: async () => "a",
      jobs: 1,
      signal: AbortSignal.abort(),
    });
    expect(outcome.skipped).toEqual(["a"]);
  });

  test("builds in parallel what does not depend on each other", async () => {
    expect((await observe({ a: [], b: [], c: [] }, { jobs: 3 })).most).toBe(3);
  });
});
