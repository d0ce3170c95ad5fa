/** The process of `sandbox.pl` that serves this run, and the conversation with it. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { explainSetupFailure } from "./machine.ts";

const program = fileURLToPath(new URL("./sandbox.pl", import.meta.url));

export class Runner {
  static #shared: Promise<Runner> | undefined;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<string, (answer: string) => void>();
  #count = 0;

  /** The runner of this process, started at the first call. */
  static shared(): Promise<Runner> {
    Runner.#shared ??= Runner.start().catch((error) => {
      Runner.#shared = undefined;
      throw error;
    });
    return Runner.#shared;
  }

  /**
   * @param terminal the steps have this process's standard input, output and error for their own
   * @throws SandboxError of kind `machine` when this machine gives no namespaces
   */
  static async start({ terminal = false } = {}): Promise<Runner> {
    // Detached, so that Ctrl-C on the terminal reaches the driver alone, which then ends the builds.
    const child = spawn("perl", terminal ? [program, "terminal"] : [program], {
      // Symbols are bound once, here, and not again in each of its children.
      env: { LD_BIND_NOW: "1" },
      cwd: "/",
      stdio: ["pipe", "pipe", "pipe", ...(terminal ? [0, 1, 2] : [])],
      detached: !terminal,
    });
    const errors: Buffer[] = [];
    child.stderr?.on("data", (chunk: Buffer) => errors.push(chunk));
    child.stdin?.on("error", () => {});
    const runner = new Runner(child);
    const answer = await runner.#await("");
    if (answer === "ready") return runner;
    throw explainSetupFailure(answer.replace(/^fail /, "") + Buffer.concat(errors).toString());
  }

  private constructor(child: ChildProcess) {
    this.#process = child;
    const lines = createInterface({ input: child.stdout as Socket });
    lines.on("line", (line) => {
      const [id = "", ...answer] = line.split(" ");
      if (this.#waiting.has(id)) this.#settle(id, answer.join(" "));
      else this.#settle("", line);
    });
    child.on("error", (error) => this.#settleAll(`setup ${error.message}`));
    child.on("close", () => this.#settleAll("setup the process that runs the sandbox died"));
  }

  /** Hands a job over. @returns its answer, see `sandbox.pl` */
  run(scratch: string, signal?: AbortSignal): Promise<string> {
    const id = String(++this.#count);
    const kill = () => this.#process.stdin?.write(`kill ${id}\n`);
    signal?.addEventListener("abort", kill, { once: true });
    const answer = this.#await(id).finally(() => signal?.removeEventListener("abort", kill));
    this.#process.stdin?.write(`run ${id} ${scratch}\n`);
    return answer;
  }

  /** Ends the process, and all that it runs. */
  stop(): void {
    this.#process.stdin?.end();
  }

  #await(id: string): Promise<string> {
    this.#hold(true);
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  #settle(id: string, answer: string): void {
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#hold(false);
    resolve?.(answer);
  }

  #settleAll(answer: string): void {
    for (const id of [...this.#waiting.keys()]) this.#settle(id, answer);
  }

  /** While nothing is under way, the process does not keep the driver from ending; it ends with it. */
  #hold(on: boolean): void {
    const { stdin, stdout, stderr } = this.#process;
    for (const part of [this.#process, stdin, stdout, stderr] as { ref(): void; unref(): void }[]) {
      if (on) part.ref();
      else part.unref();
    }
  }
}
