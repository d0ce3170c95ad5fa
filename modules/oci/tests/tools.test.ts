/** What other people's tools make of a layout. Tools that are not installed are skipped, and shown as such. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkLayout, writeLayout } from "../src/index.ts";
import { greeting, helloSpec, scratch } from "./fixture.ts";
import { canRunPodman, isInstalled, runLayout } from "./podman.ts";

const skopeo = (...args: string[]) =>
  execFileSync("skopeo", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

describe.skipIf(!isInstalled("skopeo"))("skopeo", () => {
  test("inspects it and sees the image's digest", async () => {
    const layout = join(scratch(), "hello");
    const spec = helloSpec();
    const { digest } = await writeLayout(layout, spec);
    expect(JSON.parse(skopeo("inspect", `oci:${layout}:hello`))).toMatchObject({
      Digest: `sha256:${digest}`,
      Created: "2026-01-01T00:00:00Z",
      Os: "linux",
      Architecture: "386",
      Env: ["PATH=/usr/bin"],
      Layers: [`sha256:${spec.layers[0]?.digest}`],
      Labels: { "org.opencontainers.image.title": "hello" },
    });
  });

  test("copies it unchanged", async () => {
    const directory = scratch();
    const { digest } = await writeLayout(join(directory, "hello"), helloSpec());
    skopeo("copy", "--preserve-digests", `oci:${directory}/hello:hello`, `oci:${directory}/copy:hello`);
    expect(checkLayout(join(directory, "copy"))).toMatchObject([{ digest, name: "hello" }]);
  });

  test("makes a compressed copy that passes the check", async () => {
    const directory = scratch();
    const { digest } = await writeLayout(join(directory, "hello"), helloSpec());
    skopeo("copy", `oci:${directory}/hello`, `oci:${directory}/copy`);
    const [copy] = checkLayout(join(directory, "copy"));
    expect(copy?.platform).toBe("linux/386");
    expect(copy?.digest).not.toBe(digest);
  });

  test("makes a Docker archive of it", async () => {
    const directory = scratch();
    await writeLayout(join(directory, "hello"), helloSpec());
    skopeo("copy", `oci:${directory}/hello`, `docker-archive:${directory}/hello.tar:hello:latest`);
    expect(JSON.parse(skopeo("inspect", `docker-archive:${directory}/hello.tar`))).toMatchObject({
      Architecture: "386",
    });
  });

  test("reads the layout packed by tar as a Docker archive too", async () => {
    const directory = scratch();
    await writeLayout(join(directory, "hello"), helloSpec());
    execFileSync("tar", ["-cf", join(directory, "hello.tar"), "-C", join(directory, "hello"), "."]);
    expect(JSON.parse(skopeo("inspect", "--config", `docker-archive:${directory}/hello.tar`))).toMatchObject({
      architecture: "386",
      config: { Entrypoint: ["/usr/bin/hello"] },
    });
  });
});

describe.skipIf(!canRunPodman)("podman", () => {
  test("runs it", async () => {
    const home = scratch();
    await writeLayout(join(home, "hello"), helloSpec());
    expect(runLayout(join(home, "hello"), "hello", { home })).toBe(greeting);
  });

  test.skipIf(process.getuid?.() !== 0)("runs it for an ordinary user", async () => {
    const home = scratch();
    await writeLayout(join(home, "hello"), helloSpec());
    expect(runLayout(join(home, "hello"), "hello", { home, uid: 65534 })).toBe(greeting);
  });
});
