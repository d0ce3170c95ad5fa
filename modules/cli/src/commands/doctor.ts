import { mkdirSync } from "node:fs";
import { styleText } from "node:util";
import { exitStatus } from "@stagex/core";
import { diagnoseSandbox } from "@stagex/sandbox";
import { type GlobalOptions, openSession } from "../session.ts";

/** `stagex doctor` */
export async function doctor(options: GlobalOptions): Promise<void> {
  const { home } = openSession(options);
  mkdirSync(home, { recursive: true });
  const findings = await diagnoseSandbox(home);
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
