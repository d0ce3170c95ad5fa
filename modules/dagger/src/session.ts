/**
 * A session with a Dagger engine. It is started by the machine's own `dagger`, which finds or starts the engine
 * as it does for `dagger call`, and spoken with through Dagger's SDK.
 *
 * The SDK could start the session itself. It would download a command line where there is none, wait without an
 * end for an engine that is not there, and lose the reason when the start fails (0.21.9).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import { type Client, connect } from "@dagger.io/dagger";
import { satisfies } from "semver";
import { noCommandLine, noEngine, TRACE, unsupportedEngine } from "./errors.ts";

/** Engines that are known to build the lock. */
const ENGINES = ">=0.21.0 <1.1.0";
/** An engine that is named is expected to be there. One that has to be started may first have to be pulled. */
const PATIENCE_MS = 30_000;

/** A session that ends has the engine stop what it does, which takes a moment. */
const STOP_MS = 5_000;

export interface Session {
  readonly client: Client;
  close(): Promise<void>;
}

/**
 * @param log file that gets what the engine tells
 * @param signal ends the session at once: what is under way fails, and nothing is written any more
 * @throws StagexError of kind `machine` when there is no command line, no engine, or one of another version
 */
export async function openSession(log: string, signal?: AbortSignal): Promise<Session> {
  // Within `dagger run` there is a session already.
  const started = process.env.DAGGER_SESSION_PORT ? undefined : await startSession(log, signal);
  try {
    const { client, release } = await connected();
    const version = await client.version();
    if (!satisfies(version, ENGINES, { includePrerelease: true })) throw unsupportedEngine(version, ENGINES);
    const close = async () => {
      release();
      await started?.stop();
    };
    return { client, close };
  } catch (error) {
    await started?.stop();
    throw error;
  }
}

/** The SDK lends a client for the time of a callback. This one lasts until it is released. */
const connected = () =>
  new Promise<{ client: Client; release: () => void }>((resolve, reject) => {
    connect((client) => new Promise<void>((release) => resolve({ client, release }))).catch(reject);
  });

/** Starts `dagger session`, and sets the variables by which the SDK finds it. */
async function startSession(log: string, signal?: AbortSignal): Promise<{ stop(): Promise<void> }> {
  const program = process.env._EXPERIMENTAL_DAGGER_CLI_BIN || "dagger";
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, "w");
  const child = spawn(program, ["session", "--label", "dagger.io/sdk.name:nodejs"], {
    // It ends when its standard input does, so that it does not outlive this process.
    stdio: ["pipe", "pipe", output],
    killSignal: "SIGKILL",
    ...(signal && { signal }),
  });
  closeSync(output);
  const ended = once(child, "close").catch(() => {});
  const stop = async (patience: number) => {
    child.kill("SIGTERM");
    // While it waits for an engine, and at times after it has lost one, it does not hear that.
    const timer = setTimeout(() => child.kill("SIGKILL"), patience);
    await ended;
    clearTimeout(timer);
  };

  const host = process.env._EXPERIMENTAL_DAGGER_RUNNER_HOST;
  const answer = await firstLine(child, host ? PATIENCE_MS : undefined).catch(async (error) => {
    throw (error as NodeJS.ErrnoException).code === "ENOENT" ? noCommandLine(program) : error;
  });
  if (answer === undefined) {
    await stop(0);
    throw noEngine(host, lastLine(log), log);
  }
  const { port, session_token } = JSON.parse(answer) as { port: number; session_token: string };
  process.env.DAGGER_SESSION_PORT = String(port);
  process.env.DAGGER_SESSION_TOKEN = session_token;
  return {
    async stop() {
      delete process.env.DAGGER_SESSION_PORT;
      delete process.env.DAGGER_SESSION_TOKEN;
      await stop(STOP_MS);
    },
  };
}

/** The first line that a process writes; undefined when it ends before that, or does not get there in time. */
async function firstLine(child: ChildProcess, patience: number | undefined): Promise<string | undefined> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const line = once(lines, "line").then(([text]) => text as string);
  const failed = once(child, "close").then(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    if (patience) timer = setTimeout(() => resolve(undefined), patience);
  });
  try {
    return await Promise.race([line, failed, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The last line of what the command line said, which is the reason. */
const lastLine = (log: string): string =>
  (stripVTControlCharacters(readFileSync(log, "utf8")).trim().split("\n").at(-1) ?? "").replace(TRACE, "");
