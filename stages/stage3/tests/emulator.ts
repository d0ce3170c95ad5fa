/** QEMU, for tests that run what is for another architecture. */
import { existsSync } from "node:fs";

/** The program that plays a processor, if this machine has it, and how to get it where it is missing. */
export function emulatorOf(arch: string) {
  const path = `/usr/bin/qemu-${arch}-static`;
  const isMissing = !existsSync(path);
  /** For the test's title. */
  const why = isMissing ? " (skipped: apt install qemu-user-static)" : "";
  return { path, isMissing, why };
}
