import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { StagexError } from "@stagex/core";

/** `stagex test [ARGUMENTS...]`: the project's tests; arguments go to vitest. */
export function test(rest: string[]): void {
  const project = process.env.STAGEX_PROJECT ?? process.cwd();
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
