/**
 * scripts/bench-dagger [LENGTH [ROUNDS]]
 *
 * Measures what a Dagger engine adds to a trivial package: a chain of LENGTH of them (default 100), built by
 * `--executor sandbox` and `--executor dagger` by turns, and the medians of ROUNDS (default 3) compared. The engine
 * is the one that the usual variables name. Needs a C compiler.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reasonOf } from "../modules/core/src/index.ts";
import { makeChain, stagexPin } from "./bench-chain.ts";
import { inTurn, median, project, run } from "./bench-run.ts";

const [length = 100, rounds = 3] = process.argv.slice(2).map(Number);
if (!(length >= 1 && rounds >= 1)) {
  console.error("usage: scripts/bench-dagger [LENGTH [ROUNDS]]");
  process.exit(2);
}
const scratch = mkdtempSync(join(tmpdir(), "stagex-bench-dagger-"));

function measure(): void {
  const { directory, names } = makeChain(join(scratch, "chain"), length);
  stagexPin({ directory, names }, join(scratch, "pin"));
  const last = names.at(-1) as string;
  const stagex = (executor: string, home: string, ...args: string[]) =>
    run(
      join(project, "stagex"),
      [
        ...["--lock", join(directory, "stagex.lock"), "--home", join(scratch, home)],
        ...[...args, last, "--executor", executor],
      ],
      process.env,
    );

  // `verify` builds each package again, whatever the store or the engine has.
  const [sandbox, dagger] = inTurn(rounds, [
    () => stagex("sandbox", "verify", "verify"),
    () => stagex("dagger", "verify", "verify"),
  ]).map(median) as [number, number];
  stagex("dagger", "first", "build");
  // An empty store, and an engine that has all of it.
  const [warm, again] = inTurn(rounds, [
    (round) => stagex("dagger", `warm-${round}`, "build"),
    () => stagex("dagger", "first", "build"),
  ]).map(median) as [number, number];

  const each = (seconds: number) => `${((seconds / length) * 1000).toFixed(1)} ms a package`;
  console.log(`| a chain of ${length} trivial packages | time | |`);
  console.log("| --- | --- | --- |");
  console.log(`| sandbox, all built | ${sandbox.toFixed(2)} s | ${each(sandbox)} |`);
  console.log(
    `| dagger, all built | ${dagger.toFixed(2)} s | ${each(dagger)}, ${(dagger / sandbox).toFixed(1)} times the sandbox |`,
  );
  console.log(`| dagger, all in the engine, empty store | ${warm.toFixed(2)} s | ${each(warm)} |`);
  console.log(`| dagger, all in the store | ${again.toFixed(2)} s | no engine is asked |`);
}

try {
  measure();
} catch (error) {
  console.error(`bench-dagger: Cannot measure: because ${reasonOf(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
