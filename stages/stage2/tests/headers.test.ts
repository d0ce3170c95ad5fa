/** The headers for x86_64, as the store has them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lock, storedTree } from "./store.ts";

/** A header's text, without comments. */
const header = (tree: string | undefined, path: string): string =>
  readFileSync(join(tree ?? "", path), "utf8").replaceAll(/\/\*.*?\*\//gs, "");

describe("the kernel's headers", () => {
  const tree = storedTree("linux-headers");
  const why = "(where the store has them: ./stagex build linux-headers)";

  it.skipIf(!tree)(`are of the version that the package names ${why}`, () => {
    const [major, minor, patch] = lock.packages["linux-headers"]?.version.split(".").map(Number) as number[];
    const code = (major as number) * 65536 + (minor as number) * 256 + (patch as number);
    expect(header(tree, "usr/include/linux/version.h")).toContain(`LINUX_VERSION_CODE ${code}\n`);
  });

  it.skipIf(!tree)("number the system calls as x86_64 does", () => {
    expect(header(tree, "usr/include/asm/unistd_64.h")).toMatch(/#define __NR_execve 59\n/);
  });

  it.skipIf(!tree)("hold nothing that is for the kernel alone", () => {
    const names = readdirSync(join(tree ?? "", "usr/include"), { recursive: true, encoding: "utf8" });
    const headers = names.filter((name) => name.endsWith(".h"));
    expect(headers.length).toBeGreaterThan(900);
    const kernel = headers.filter((name) =>
      /^#\s*ifn?def\s+__KERNEL__/m.test(header(tree, `usr/include/${name}`)),
    );
    expect(kernel).toEqual([]);
  });
});

describe("musl's headers", () => {
  const tree = storedTree("musl-headers");

  it.skipIf(!tree)("are those for x86_64 (where the store has them: ./stagex build musl-headers)", () => {
    expect(header(tree, "x86_64/usr/include/bits/alltypes.h")).toMatch(/#define _Addr long\n/);
    expect(header(tree, "x86_64/usr/include/bits/syscall.h")).toMatch(/#define SYS_execve\s+59\n/);
  });
});
