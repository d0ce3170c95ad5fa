/** A driver of its own, for tests that kill it: runs the job of the file that is its argument. */
import { readFileSync } from "node:fs";
import { runInSandbox } from "../src/index.ts";

const job = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
await runInSandbox({ ...job, log: `${job.scratch}.log` });
