import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseLock } from "../../../modules/core/src/index.ts";

const project = join(import.meta.dirname, "../../..");
const read = (path: string) => readFileSync(join(project, path), "utf8");

test("the stage's Dagger module is what the lock gives, so `dagger generate` has nothing to write", async () => {
  // Its types are those of a Dagger runtime, which is not here.
  const { stageModule } = await import(join(project, ".dagger/src/stage-module.ts"));
  expect(read("stages/stage0/.dagger/src/index.ts")).toBe(stageModule(parseLock(read("stagex.lock")), 0));
});
