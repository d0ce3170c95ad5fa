import { readFileSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import { exitStatus, StagexError } from "@stagex/core";
import { type Diagnosis, diagnoseSandbox } from "@stagex/sandbox";
import { Store } from "@stagex/store";
import { satisfies } from "semver";
import { type GlobalOptions, openSession, type Session } from "../session.ts";

/** `stagex doctor` */
export async function doctor(options: GlobalOptions): Promise<void> {
  const session = openSession(options);
  const store = await diagnoseStore(session);
  const findings = [diagnoseNode(session), store, ...(store.ok ? await diagnoseSandbox(session.home) : [])];
  if (findings.some((finding) => !finding.ok)) process.exitCode = exitStatus.machine;
  if (options.json) {
    console.log(JSON.stringify(findings));
    return;
  }
  for (const { what, ok, detail, remedy } of findings) {
    console.log(`${ok ? styleText("green", "ok  ") : styleText("red", "lack")}  ${what}: ${detail}`);
    if (!ok && remedy) console.log(`      ${remedy}`);
  }
}

/** Whether the user's folder can be written to, where builds take place. */
async function diagnoseStore({ home }: Session): Promise<Diagnosis> {
  const what = "a folder for the store";
  try {
    await (await Store.open(join(home, "store"))).close();
    return { what, ok: true, detail: home };
  } catch (error) {
    if (!(error instanceof StagexError)) throw error;
    return { what, ok: false, detail: error.because, ...(error.remedy && { remedy: error.remedy }) };
  }
}

/** Whether Node is of a version that the project's package.json admits. */
function diagnoseNode({ project }: Session): Diagnosis {
  const root = process.env.STAGEX_PROJECT ?? project;
  const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return {
    what: "Node",
    ok: satisfies(process.version, engines.node),
    detail: `${process.version}, of ${engines.node}`,
    remedy: "Install a newer Node, e.g. from https://nodejs.org.",
  };
}
