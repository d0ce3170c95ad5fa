/** What runs on this machine, from /proc. */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A process, told apart from a later one with the same number by its start. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly start: string;
}

/** All that `pid` has started, directly or through others, and that still runs. */
export function descendants(pid: number): Process[] {
  const all = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (look(Number(name)) ?? []) : []));
  const found: Process[] = [];
  for (let parents = [pid]; parents.length > 0; ) {
    const children = all.filter(({ parent }) => parents.includes(parent));
    found.push(...children);
    parents = children.map((child) => child.pid);
  }
  return found;
}

/** Waits until none of the processes is left. @returns those that stay for two seconds */
export async function survivors(processes: readonly Process[]): Promise<Process[]> {
  const alive = () => processes.filter(({ pid, start }) => look(pid)?.start === start);
  for (const end = Date.now() + 2000; alive().length > 0 && Date.now() < end; ) await sleep(20);
  return alive();
}

/** Fields of proc_pid_stat(5) that follow the name, which may hold anything; a zombie has ended. */
function look(pid: number): Process | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return fields[0] === "Z" ? undefined : { pid, parent: Number(fields[1]), start: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}
