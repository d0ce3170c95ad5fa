/** Small projects in folders of their own, and the real command line run on them. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { formatLock, type Lock, type Package, type Pallet, parseLock, resolve, run } from "@stagex/core";
import { afterAll, beforeEach } from "vitest";
import { projectFiles } from "../src/definitions.ts";

const repository = join(import.meta.dirname, "../../..");
const launcher = join(repository, "stagex");
const busybox = "/bin/busybox";
const hasBusybox = existsSync(busybox);

const folder = mkdtempSync(join(tmpdir(), "stagex-cli-"));
const started = new Set<ChildProcess>();
afterAll(() => {
  // Only a test that failed has left one.
  for (const one of started) one.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

export interface Result {
  /** Exit status; null when a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Skips the tests of a group, visibly, where there is no program to run in the builds. */
export function needsBusybox(): void {
  beforeEach((context) => context.skip(!hasBusybox, `${busybox} is not there: install busybox-static`));
}

/** A package that a shell script builds. The script's program is the package's one seed. */
export const script = (name: string, text: string, changes: Partial<Package> = {}): Package => ({
  name,
  version: "1",
  license: "MIT",
  summary: `The ${name} of a test`,
  seeds: ["bin/busybox"],
  build: [run("/build/bin/busybox", "sh", "-c", text)],
  ...changes,
});

export const pallet = (name: string, ...packages: Package[]): Pallet => ({
  name,
  summary: `The ${name} of a test`,
  packages,
});

export class Project {
  readonly directory = mkdtempSync(join(folder, "project-"));
  /** Of its own, so that tests can run side by side. */
  home = join(this.directory, "home");
  readonly lockPath = join(this.directory, "stagex.lock");

  /** A project whose lock holds these packages, inputs before what uses them, and pallets. None is pinned. */
  constructor(packages: readonly Package[] = [], pallets: readonly Pallet[] = []) {
    this.write("stages/stage0/bin/busybox", "not there");
    if (hasBusybox) copyFileSync(busybox, this.path("stages/stage0/bin/busybox"), constants.COPYFILE_FICLONE);
    this.define(packages, pallets);
  }

  path(...parts: string[]): string {
    return join(this.directory, ...parts);
  }

  /** Writes a file of the project. */
  write(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), content);
  }

  /** Writes the lock of these definitions, as `stagex lock` does, with the pins that still hold. */
  define(packages: readonly Package[], pallets: readonly Pallet[] = []): void {
    const stages = [{ number: 0, directory: "stages/stage0", platform: "linux/amd64", packages }];
    const previous = existsSync(this.lockPath) ? this.lock : undefined;
    this.lock = resolve({ stages, pallets }, projectFiles(this.directory), previous);
  }

  get lock(): Lock {
    return parseLock(readFileSync(this.lockPath, "utf8"));
  }

  set lock(lock: Lock) {
    writeFileSync(this.lockPath, formatLock(lock));
  }

  /** The pinned tree of a package. */
  tree(name: string): string {
    return this.lock.packages[name]?.tree ?? "not pinned";
  }

  /** Where the store has the tree of a package that is pinned. */
  treePath(name: string): string {
    return join(this.home, "store/trees", this.tree(name));
  }

  /** Digests in the store. */
  trees(): string[] {
    return readdirSync(join(this.home, "store/trees")).sort();
  }

  /** What running processes keep in the store; nothing is to be left of them. */
  leftovers(): string[] {
    return readdirSync(join(this.home, "store/scratch"));
  }

  start(args: readonly string[], options: StartOptions = {}): Running {
    return new Running(this, args, options);
  }

  run(...args: string[]): Promise<Result> {
    return this.start(args).ended;
  }
}

interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Command that starts the command line, such as one that limits it. */
  readonly prefix?: readonly string[];
  /** Run it on a terminal, with these redirections. What reaches the terminal is the result's `stdout`. */
  readonly terminal?: string;
}

export class Running {
  readonly process: ChildProcess;
  /** What it has written so far. */
  readonly text = { stdout: "", stderr: "" };
  readonly ended: Promise<Result>;

  constructor(project: Project, args: readonly string[], { env, prefix = [], terminal }: StartOptions) {
    const own = [process.execPath, bundle(), "--lock", project.lockPath, "--home", project.home, ...args];
    const line = terminal === undefined ? [...prefix, ...own] : onTerminal(own, terminal);
    const [command = "", ...rest] = line;
    this.process = spawn(command, rest, {
      cwd: project.directory,
      env: { PATH: process.env.PATH, STAGEX_PROJECT: repository, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    started.add(this.process);
    this.process.on("close", () => started.delete(this.process));
    for (const name of ["stdout", "stderr"] as const) {
      this.process[name]?.setEncoding("utf8").on("data", (chunk: string) => {
        this.text[name] += chunk;
      });
    }
    this.ended = new Promise((done, fail) => {
      this.process.on("error", fail).on("close", (status) => done({ status, ...this.text }));
    });
  }

  get pid(): number {
    return this.process.pid as number;
  }

  /** Waits for something that is to happen while it runs. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.process.exitCode !== null)
        throw new Error(`It ended first: ${JSON.stringify(await this.ended)}`);
      await sleep(20);
    }
  }
}

/** script(1) gives its command a terminal. */
const onTerminal = (line: readonly string[], redirections: string): string[] => {
  const words = line.map((word) => `'${word}'`).join(" ");
  const command = `stty columns 80 rows 24; exec ${words} ${redirections}`;
  return ["script", "--quiet", "--flush", "--return", "--command", command, "/dev/null"];
};

let current: string | undefined;

/** The bundled command line, brought up to date by the launcher once in a test file. */
function bundle(): string {
  if (current === undefined) execFileSync(launcher, ["--help"], { stdio: "ignore" });
  current = join(repository, "dist/stagex.mjs");
  return current;
}
