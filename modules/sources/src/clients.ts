import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { PlaceFailure } from "./incoming.ts";

const run = promisify(execFile);

export interface AskOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The root when absent, so that no settings of a folder on the way apply. */
  readonly cwd?: string;
}

/** The package clients of this machine, asked for their settings: each question once. */
export class Clients {
  readonly #answers = new Map<string, Promise<string>>();
  readonly #signal: AbortSignal | undefined;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  /** What the client says on its standard output. */
  ask(command: string, args: readonly string[], options: AskOptions = {}): Promise<string> {
    return this.once([command, ...args].join(" "), () => this.run(command, args, options));
  }

  once(question: string, answer: () => Promise<string>): Promise<string> {
    const known = this.#answers.get(question) ?? answer();
    this.#answers.set(question, known);
    return known;
  }

  async run(command: string, args: readonly string[], { env, cwd = "/" }: AskOptions = {}): Promise<string> {
    try {
      const { stdout } = await run(command, args, {
        cwd,
        env: { ...process.env, ...env },
        timeout: 60_000,
        ...(this.#signal && { signal: this.#signal }),
      });
      return stdout.trim();
    } catch (error) {
      this.#signal?.throwIfAborted();
      throw new PlaceFailure(explain(command, error as ClientError));
    }
  }
}

type ClientError = Error & { code?: string | number; killed?: boolean; stderr?: string };

function explain(command: string, { code, killed, stderr, message }: ClientError): string {
  if (code === "ENOENT") return `it needs ${command}, which is not installed`;
  if (killed) return `${command} hangs`;
  const said = (stderr ?? "").trim().split("\n").at(-1);
  return `${command} fails: ${said || message}`;
}
