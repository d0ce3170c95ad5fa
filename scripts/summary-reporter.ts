/** Ends a test run with the reasons of what was skipped and one line that a script can read. */
import type { Reporter, TestCase, TestModule } from "vitest/node";

export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const cases = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => cases.filter((test) => test.result().state === state).length;
    const broken = modules.filter((module) => module.state() === "failed" && !hasFailedTest(module)).length;

    const skipped = cases.filter((test) => test.result().state === "skipped");
    for (const test of skipped) console.log(`skipped: ${test.fullName}${reason(test)}`);
    const failed = count("failed") + broken + unhandled.length;
    console.log(`${count("passed")} passed, ${failed} failed, ${skipped.length} skipped`);
  }
}

const hasFailedTest = (module: TestModule) =>
  [...module.children.allTests()].some((test) => test.result().state === "failed");

function reason(test: TestCase): string {
  const result = test.result();
  return result.state === "skipped" && result.note ? ` (${result.note})` : "";
}
