/** What a user is told when a Dagger engine cannot be used, or fails. */
import { StagexError } from "@stagex/core";

/** What an engine adds to a message, for those who trace it. */
export const TRACE = / \[traceparent:.*?\]/;

const SETUP = "See docs/dagger.md. Without an engine, `--executor sandbox` builds the same.";

export const noCommandLine = (program: string): StagexError =>
  new StagexError("machine", {
    cannot: "use a Dagger engine",
    because: `there is no program ${program}`,
    remedy: `Install Dagger 0.21, or name its command line in _EXPERIMENTAL_DAGGER_CLI_BIN.\n${SETUP}`,
  });

export const noEngine = (host: string | undefined, said: string, log: string): StagexError =>
  new StagexError("machine", {
    cannot: "use a Dagger engine",
    because: host
      ? `the one at ${host}, which _EXPERIMENTAL_DAGGER_RUNNER_HOST names, does not answer`
      : `none could be started: ${said}`,
    remedy: `${log} tells more. ${SETUP}`,
  });

export const unsupportedEngine = (version: string, supported: string): StagexError =>
  new StagexError("machine", {
    cannot: "use the Dagger engine",
    because: `it is ${version}, and stagex knows ${supported}`,
    remedy: `Start one of these versions. ${SETUP}`,
  });

export const connectionLost = (log: string, cause: unknown): StagexError =>
  new StagexError("machine", {
    cannot: "use the Dagger engine",
    because: "the connection to it was lost",
    remedy: `Run the command again: what was built is kept, here and in the engine. ${log} tells more.`,
    cause,
  });

export const diskFull = (whose: "this machine's" | "the engine's"): StagexError =>
  new StagexError("machine", {
    cannot: "keep the tree",
    because: `${whose} disk is full`,
    remedy:
      whose === "the engine's"
        ? "`dagger core engine local-cache prune` makes room in the engine. Then run the command again."
        : "Make room, for instance with `stagex gc`. Then run the command again.",
  });

export const stepFailed = (command: readonly string[], status: number, said: string): StagexError => {
  const line = command.join(" ").split("\n", 1)[0] as string;
  return new StagexError("build", {
    cannot: `run '${line.length > 120 ? `${line.slice(0, 117)}...` : line}'`,
    because: `it ended with exit status ${status}${said ? `: ${said}` : ""}`,
  });
};

export const noOutput = (): StagexError =>
  new StagexError("build", {
    cannot: "collect the build's output",
    because: "its steps wrote nothing to /out",
  });

export const engineFailed = (because: string, log: string): StagexError =>
  new StagexError("build", { cannot: "use the engine's result", because, remedy: `${log} tells more.` });
