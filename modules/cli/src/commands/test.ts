import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type Lock, StagexError } from "@stagex/core";
import { withBuilder } from "../building.ts";
import { type GlobalOptions, openSession, readLock } from "../session.ts";

/** The tests look at all trees up to this stage, and at those of later ones where the store has them. */
const LAST_BUILT_STAGE = 1;

const stageOf = (lock: Lock, name: string): number => lock.packages[name]?.stage ?? 0;

/**
 * `stagex test [ARGUMENTS...]`: the project's tests; arguments go to vitest. Without any, all that the tests look at
 * is built first, which shows its progress and has no time limit of a test.
 */
export async function test(rest: string[], options: GlobalOptions): Promise<void> {
  const project = process.env.STAGEX_PROJECT ?? process.cwd();
  if (rest.length === 0) {
    const session = openSession(options);
    const lock = readLock(session);
    const names = Object.keys(lock.packages).filter((name) => stageOf(lock, name) <= LAST_BUILT_STAGE);
    const limits = { timeLimit: 7200, memoryLimit: 4096 };
    await withBuilder(session, lock, { ...options, ...limits }, ({ builder }) => builder.build(names));
  }
  const vitest = join(project, "node_modules", ".bin", "vitest");
  const { status, error } = spawnSync(vitest, ["run", ...rest], { cwd: project, stdio: "inherit" });
  if (error) {
    throw new StagexError("machine", {
      cannot: "run the tests",
      because: error.message,
      remedy: "Start ./stagex from a checkout of the project; it installs what the tests need.",
    });
  }
  process.exitCode = status ?? 1;
}
