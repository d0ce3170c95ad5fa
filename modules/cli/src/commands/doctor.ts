import { styleText } from "node:util";
import { exitStatus } from "@stagex/core";
import { diagnoseSandbox } from "@stagex/sandbox";
import type { GlobalOptions } from "../session.ts";

/** `stagex doctor` */
export async function doctor(options: GlobalOptions): Promise<void> {
  const findings = await diagnoseSandbox();
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
