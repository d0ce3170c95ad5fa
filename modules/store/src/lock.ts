/**
 * Locks that the kernel holds. Node has no call for flock(2), but such a lock belongs to the open file
 * description, not to the process that took it: flock(1) of util-linux takes it on a descriptor that it
 * inherits, exits, and the lock stays ours until we close the descriptor or die, however we die.
 */
import { spawn } from "node:child_process";
import { StagexError } from "@stagex/core";

/**
 * Takes or converts the lock of an open file.
 *
 * @param options of flock(1), such as `--shared` or `--nonblock`; waits for the lock without the latter.
 * @returns false if another process holds the lock and `--nonblock` was given.
 */
export function flock(file: number, ...options: string[]): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn("flock", [...options, "3"], { stdio: ["ignore", "ignore", "ignore", file] });
    child.on("error", (cause) =>
      reject(noFlock(`flock of util-linux does not start (${cause.message})`, cause)),
    );
    child.on("exit", (status) => {
      if (status === 0 || status === 1) resolve(status === 0);
      else reject(noFlock(`flock of util-linux ended with status ${status}`));
    });
  });
}

const noFlock = (because: string, cause?: unknown) =>
  new StagexError("machine", {
    cannot: "lock the store",
    because,
    remedy: "Install util-linux, and keep the store on a file system that has locks.",
    cause,
  });
