/** `stagex doctor`: tries what the sandbox needs. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SandboxError } from "./errors.ts";
import { I386_PROGRAM } from "./i386-program.ts";
import { forbids, readSetting, SETTINGS } from "./machine.ts";
import { runInSandbox } from "./sandbox.ts";

/** One finding of `stagex doctor`. */
export interface Diagnosis {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do, where there is something to do. */
  readonly remedy?: string;
}

/**
 * Looks at the settings that may forbid the sandbox, and tries it.
 *
 * @param folder where builds take place: not every file system will do.
 */
export async function diagnoseSandbox(folder = tmpdir()): Promise<Diagnosis[]> {
  const settings = SETTINGS.filter(({ path }) => readSetting(path) !== undefined).map(
    (setting): Diagnosis => {
      const ok = !forbids(setting);
      const remedy = ok ? {} : { remedy: setting.remedy };
      return { what: `setting ${setting.name}`, ok, detail: readSetting(setting.path) ?? "", ...remedy };
    },
  );
  return [...settings, await tryBuild(folder)];
}

/** Builds something in an empty root, with the kind of program that the bootstrap starts from. */
async function tryBuild(folder: string): Promise<Diagnosis> {
  const what = "a build of an i386 program in the sandbox";
  const own = mkdtempSync(join(folder, "doctor-"));
  try {
    const program = join(own, "program");
    writeFileSync(program, I386_PROGRAM);
    chmodSync(program, 0o755);
    mkdirSync(join(own, "scratch"));
    await runInSandbox({
      roots: [],
      files: [{ path: program, name: "program", executable: true }],
      steps: [{ argv: ["./program"] }],
      environment: {},
      epoch: 0,
      scratch: join(own, "scratch"),
      limits: { seconds: 60, bytes: 2 ** 30 },
      log: join(own, "log"),
    });
    return { what, ok: true, detail: "works" };
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    const { because, remedy } = error.kind === "machine" ? error : noI386(error);
    return { what, ok: false, detail: because, ...(remedy && { remedy }) };
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

const noI386 = ({ because }: SandboxError) => ({
  because: `i386 programs do not run (${because})`,
  remedy:
    "The bootstrap starts on i386. It needs an x86 processor and a kernel with CONFIG_IA32_EMULATION that was not\n" +
    "started with ia32_emulation=off.",
});
