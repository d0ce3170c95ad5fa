import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import { exitStatus } from "@stagex/core";
import { type Diagnosis, diagnoseSandbox } from "@stagex/sandbox";
import { satisfies } from "semver";
import { type GlobalOptions, openSession, type Session } from "../session.ts";

/** `stagex doctor` */
export async function doctor(options: GlobalOptions): Promise<void> {
  const session = openSession(options);
  mkdirSync(session.home, { recursive: true });
  const findings = [diagnoseNode(session), ...(await diagnoseSandbox(session.home))];
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
