import { existsSync } from "node:fs";
import { join } from "node:path";
import { argumentOf, packageNamed, StagexError } from "@stagex/core";
import { failedStep, runAtTerminal } from "@stagex/sandbox";
import { Store } from "@stagex/store";
import { type BuildingOptions, type Workshop, withBuilder } from "../building.ts";
import { openSession, placesOf, readLock } from "../session.ts";

const SHELL = "/bin/sh";
/** The package that lends its shell and tools to a root without a shell, as those of the first packages. */
const LENDER = "busybox-tcc";

/**
 * `stagex shell PACKAGE [-- COMMAND...]`: runs a shell, or COMMAND, in the package's sandbox. After a failed build that
 * is the work folder that was kept, with the directory and the variables of the step that failed; what the shell
 * changes stays in it. Else the sandbox is made as the first step finds it, and thrown away.
 *
 * The exit status is that of the shell.
 */
export async function shell(name: string, words: readonly string[], options: BuildingOptions): Promise<void> {
  const session = openSession(options);
  const lock = readLock(session);
  const locked = packageNamed(lock, name);

  const treesOf = async ({ builder, store }: Workshop, names: readonly string[]) => {
    const digests = await builder.build(names);
    return names.map((one) => store.treePath(digests.get(one) ?? ""));
  };
  const { roots, paths } = await withBuilder(session, lock, options, async (workshop) => {
    const roots = await treesOf(workshop, locked.inputs);
    if (words.length === 0 && !roots.some((root) => existsSync(join(root, SHELL)))) {
      if (!Object.hasOwn(lock.packages, LENDER)) throw noShell(name);
      roots.push(...(await treesOf(workshop, [LENDER])));
    }
    return { roots, paths: await workshop.sources.ensureAll(locked.sources) };
  });

  const kept = join(placesOf(session).failed, name);
  const failed = failedStep(kept);
  const step = locked.steps[failed ?? 0];
  if (failed === undefined) {
    console.error(`${name}: as the first step finds it; what you change is thrown away`);
  } else {
    console.error(`${name}: as step ${failed + 1} of ${locked.steps.length} left it in ${kept}; it was`);
    console.error(`  ${step?.argv.map(argumentOf).join(" ")}`);
  }

  const store = await Store.open(join(session.home, "store"));
  const scratch = failed === undefined ? await store.scratch(name) : kept;
  // Ctrl-C is for the shell.
  const ignore = () => {};
  process.on("SIGINT", ignore);
  try {
    process.exitCode = await runAtTerminal({
      roots,
      files: locked.sources.map(({ file, executable = false }, index) => ({
        path: paths[index] as string,
        name: file,
        executable,
      })),
      step: {
        ...(step?.cwd && { cwd: step.cwd }),
        env: { ...step?.env, TERM: process.env.TERM ?? "dumb" },
        argv: words.length > 0 ? [...words] : [SHELL],
      },
      environment: lock.environment,
      epoch: lock.epoch,
      scratch,
    });
  } finally {
    process.off("SIGINT", ignore);
    if (failed === undefined) await store.discard(scratch);
    await store.close();
  }
}

const noShell = (name: string): StagexError =>
  new StagexError("usage", {
    cannot: `open a shell in the sandbox of ${name}`,
    because: `its root has no ${SHELL}`,
    remedy: `Name a program that it has, as in \`stagex shell ${name} -- PROGRAM ARGUMENT...\`.`,
  });
