/** The Dagger engine for tests, if there is one. */
import { beforeEach } from "vitest";

const names = ["PATH", "HOME", "_EXPERIMENTAL_DAGGER_CLI_BIN", "_EXPERIMENTAL_DAGGER_RUNNER_HOST"];

/** What a program needs to find the engine. */
export const engineEnvironment: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    names.flatMap((name) => (process.env[name] ? [[name, process.env[name] as string]] : [])),
  ),
  DO_NOT_TRACK: "1",
  DAGGER_NO_NAG: "1",
};

/** Path of Dagger's command line. */
export const dagger = process.env._EXPERIMENTAL_DAGGER_CLI_BIN ?? "dagger";

/** Skips the tests of a group, visibly, where no engine is named. */
export function needsEngine(): void {
  const host = process.env._EXPERIMENTAL_DAGGER_RUNNER_HOST;
  beforeEach(({ skip }) => skip(!host, "no Dagger engine: _EXPERIMENTAL_DAGGER_RUNNER_HOST is not set"));
}
