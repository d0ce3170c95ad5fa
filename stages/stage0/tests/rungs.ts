/** Builds the lowest rungs from the seed, each with the one below it, and runs them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

/** Where a rung's image begins in memory. */
export const ORIGIN = 0x08048000;

/** Path of a file of stage 0, such as `source("hex0/hex0.hex0")`. */
export function source(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}

export interface Outcome {
  /** Exit status; null if a signal ended the program. */
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A directory of its own for one test file, removed behind it, in which programs run. */
export class Workshop {
  readonly directory = mkdtempSync(join(tmpdir(), "stage0-"));

  constructor() {
    afterAll(() => rmSync(this.directory, { recursive: true, force: true }));
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content);
    return name;
  }

  read(name: string): Buffer {
    return readFileSync(this.path(name));
  }

  remove(name: string): void {
    rmSync(this.path(name), { force: true });
  }

  run(program: string, ...args: string[]): Outcome {
    const path = program.startsWith("./") ? this.path(program) : program;
    const { status, stdout, stderr, error } = spawnSync(path, args, {
      cwd: this.directory,
      encoding: "latin1",
    });
    if (error !== undefined) throw error;
    return { status, stdout, stderr };
  }

  /** Runs a program that must succeed and say nothing. */
  make(program: string, ...args: string[]): void {
    const { status, stderr } = this.run(program, ...args);
    if (status !== 0 || stderr !== "")
      throw new Error(`${program} ${args.join(" ")}: ${stderr} (status ${status})`);
  }

  hex0(): string {
    this.make(source("seed/hex0"), source("hex0/hex0.hex0"), "hex0");
    return this.path("hex0");
  }

  hex1(): string {
    this.make(this.hex0(), source("hex1/hex1.hex0"), "hex1");
    return this.path("hex1");
  }

  asm(): string {
    this.make(this.hex1(), source("asm/asm.hex1"), "asm");
    return this.path("asm");
  }

  c0(): string {
    this.make(this.asm(), "c0", source("asm/x86.asm"), source("c0/c0.asm"));
    return this.path("c0");
  }
}
