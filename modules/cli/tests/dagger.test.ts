/** `--executor dagger`: the same trees and images from a Dagger engine, and what is said when it cannot be used. */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pinTrees, run } from "@stagex/core";
import { Store } from "@stagex/store";
import { afterAll, describe, expect, test } from "vitest";
import { engineEnvironment, needsEngine } from "../../dagger/tests/engine.ts";
import { descendants, survivors } from "./processes.ts";
import { needsBusybox, Project, pallet, type Running, script } from "./project.ts";

needsBusybox();

const low = script("low", "echo low >/out/low");
const onDagger = ["--executor", "dagger"];

describe("without an engine that can be used", () => {
  /** Runs with a `dagger` that is this shell script. */
  const withCommandLine = (project: Project, script: string, env = {}): Running => {
    project.write("dagger", `#!/bin/sh\n${script}\n`);
    chmodSync(project.path("dagger"), 0o755);
    return project.start(["build", "low", ...onDagger], {
      env: { _EXPERIMENTAL_DAGGER_CLI_BIN: project.path("dagger"), ...env },
    });
  };

  /** An engine that knows nothing but its version, and else does as told. It keeps what it was asked. */
  const asked: IncomingMessage[] = [];
  const servers: ReturnType<typeof createServer>[] = [];
  afterAll(() => servers.map((server) => server.close()));
  async function engineOf(version: string, other: RequestListener = () => {}): Promise<number> {
    const server = createServer(async (request, response) => {
      asked.push(request);
      response.setHeader("content-type", "application/json");
      if (!/\bversion\b/.test(await text(request))) return other(request, response);
      response.end(JSON.stringify({ data: { version } }));
    });
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return (server.address() as AddressInfo).port;
  }

  test("it says so when there is no command line of Dagger, and downloads none", async () => {
    const env = { _EXPERIMENTAL_DAGGER_CLI_BIN: "/nowhere/dagger" };
    const { status, stderr } = await new Project([low]).start(["build", "low", ...onDagger], { env }).ended;
    expect(stderr).toContain(
      "Cannot build low: because it cannot use a Dagger engine: there is no program /nowhere/dagger\n" +
        "Install Dagger 0.21, or name its command line in _EXPERIMENTAL_DAGGER_CLI_BIN.\n",
    );
    expect(status).toBe(5);
  });

  test("it says why none could be started", async () => {
    const project = new Project([low]);
    const script = "echo first >&2; echo 'Error: docker is not there [traceparent:0-1]' >&2; exit 1";
    const { status, stderr } = await withCommandLine(project, script).ended;
    expect(stderr).toContain("none could be started: Error: docker is not there\n");
    expect(stderr).toContain(`${project.path("home/logs/dagger.log")} tells more.`);
    expect(status).toBe(5);
  });

  test("it names the one that does not answer", async () => {
    const host = { _EXPERIMENTAL_DAGGER_RUNNER_HOST: "kube-pod://engine?namespace=dagger" };
    const project = new Project([low]);
    const script = 'echo "$_EXPERIMENTAL_DAGGER_RUNNER_HOST" >asked; exit 1';
    const { status, stderr } = await withCommandLine(project, script, host).ended;
    expect(stderr).toContain("the one at kube-pod://engine?namespace=dagger, which");
    expect(status).toBe(5);
    expect(readFileSync(project.path("asked"), "utf8")).toBe("kube-pod://engine?namespace=dagger\n");
  });

  test.each(["v0.18.19", "v1.2.0"])("it refuses one of version %s", async (version) => {
    const answer = JSON.stringify({ port: await engineOf(version), session_token: "secret" });
    const project = new Project([low]);
    const { status, stderr } = await withCommandLine(project, `echo '${answer}'; cat >/dev/null`).ended;
    expect(stderr).toContain(`it is ${version}, and stagex knows >=0.21.0 <1.1.0\n`);
    expect([status, project.leftovers()]).toEqual([5, []]);
  });

  const noSpace = JSON.stringify({ errors: [{ message: "write /layer: no space left on device" }] });
  test.each<[string, RequestListener, string]>([
    [
      "disk is full",
      (_, response) => response.end(noSpace),
      "the engine's disk is full\n`dagger core engine",
    ],
    [
      "connection breaks",
      ({ socket }) => socket.destroy(),
      "the connection to it was lost\nRun the command again",
    ],
  ])("it tells what to do when the engine's %s", async (_, does, says) => {
    const answer = JSON.stringify({ port: await engineOf("v0.21.9", does), session_token: "secret" });
    const project = new Project([low]);
    const { status, stderr } = await withCommandLine(project, `echo '${answer}'; cat >/dev/null`).ended;
    expect(stderr).toContain(says);
    expect([status, project.leftovers()]).toEqual([5, []]);
  });

  test("it uses the session that it runs in", async () => {
    const port = await engineOf("v0.1.0");
    const env = { DAGGER_SESSION_PORT: String(port), DAGGER_SESSION_TOKEN: "of this session" };
    const { stderr } = await withCommandLine(new Project([low]), "exit 9", env).ended;
    expect(stderr).toContain("it is v0.1.0");
    const token = Buffer.from("of this session:").toString("base64");
    expect(asked.at(-1)?.headers.authorization).toBe(`Basic ${token}`);
  });

  test("it does what needs none", async () => {
    const project = new Project([low], [pallet("all", low)]);
    await project.run("pin");
    const env = { _EXPERIMENTAL_DAGGER_CLI_BIN: "/nowhere/dagger" };
    const { status } = await project.start(["build-pallet", "--name", "all", ...onDagger], { env }).ended;
    expect(status).toBe(0);
  });

  test.each([
    [["build", "lwo"], 2, "Did you mean low?"],
    [["build", "low"], 3, "The lock is stale: run `./stagex lock`."],
    [["pin", "low"], 2, "unknown option '--executor'"],
  ])("%s fails as with the sandbox", async (args, expected, says) => {
    const project = new Project([low]);
    project.write("stages/stage0/bin/busybox", "changed");
    const env = { _EXPERIMENTAL_DAGGER_CLI_BIN: "/nowhere/dagger" };
    const { status, stderr } = await project.start([...args, ...onDagger], { env }).ended;
    expect(stderr).toContain(says);
    expect(status).toBe(expected);
  });

  test("it refuses an unknown executor", async () => {
    const { status, stderr } = await new Project([low]).run("build", "low", "--executor", "docker");
    expect(stderr).toContain("Allowed choices are sandbox, dagger.");
    expect(status).toBe(2);
  });
});

describe("on an engine", { timeout: 120_000 }, () => {
  needsEngine();

  const start = (project: Project, ...args: string[]) =>
    project.start([...args, ...onDagger], { env: engineEnvironment });
  const treesOf = (stdout: string): Record<string, string> =>
    Object.fromEntries(
      JSON.parse(stdout).packages.map(({ name, tree }: { name: string; tree: string }) => [name, tree]),
    );

  test("packages and pallets are those of the sandbox, to the byte", async () => {
    // All that a shell, JSON or a Containerfile could change in an argument.
    const words = `<<E 'a' "b" $c \${d} \`e\` \\n \\\\ # f, "g":{"h":1} [1] %s \t é\n\n  last $$ line \\`;
    const odd = script("odd", "", {
      build: [
        run("/build/bin/busybox", "sh", "-euc", 'printf "%s" "$@" >/out/words', "sh", words, ""),
        run(
          "/build/bin/busybox",
          "sh",
          "-euc",
          "mkdir /out/d\ncat /low |\n  sed 's/\\(l\\)ow/\\1&/' >/out/d/sed",
        ),
        { ...run("../build/bin/busybox", "env"), cwd: "/tmp" },
        run("/build/bin/busybox", "sh", "-c", "/build/bin/busybox env | /build/bin/busybox sort >/out/env"),
        run(
          "/build/bin/busybox",
          "sh",
          "-c",
          "ln -s ../words /out/d/link; touch -d @1 /out/d; chmod 700 /out/d",
        ),
      ],
      needs: [low],
    });
    const definitions = [[low, odd], [pallet("all", low, odd)]] as const;
    const [far, near] = [new Project(...definitions), new Project(...definitions)];

    const built = await start(far, "build", "low", "odd", "--json").ended;
    expect(built.stderr).toMatch(/^built {4}low .*\nbuilt {4}odd .*\n$/);
    const expected = await near.run("build", "low", "odd", "--json");
    expect(treesOf(built.stdout)).toEqual(treesOf(expected.stdout));
    const tree = `${far.home}/store/trees/${treesOf(built.stdout).odd}`;
    expect(readFileSync(`${tree}/words`, "utf8")).toBe(words);

    await start(far, "build-pallet", "--name", "all").ended;
    await near.run("build-pallet", "--name", "all");
    execFileSync("diff", ["-r", far.path("out/all"), near.path("out/all")]);
  });

  test("it takes the trees that the store has, and builds no more than is missing", async () => {
    const user = script("user", "cat /low >/out/user", { needs: [low] });
    const project = new Project([low, user]);
    // A tree that the recipe does not give, so that it can only be the store's.
    const store = await Store.open(project.path("home/store"));
    const folder = await store.scratch("low");
    writeFileSync(join(folder, "low"), "of the store");
    const { digest } = await store.add(folder, { epoch: project.lock.epoch });
    await store.close();
    project.lock = pinTrees(project.lock, new Map([["low", digest]]));

    const { stdout, stderr } = await start(project, "build", "user", "--json").ended;
    expect(stderr).toMatch(/^built {4}user .*\n$/);
    const tree = project.path("home/store/trees", treesOf(stdout).user as string);
    expect(readFileSync(join(tree, "user"), "utf8")).toBe("of the store");
  });

  test("a build has no network", async () => {
    const text = "test $(grep -c : /proc/net/dev) = 1 && ! wget -T 3 http://10.0.0.1 && echo >/out/alone";
    expect((await start(new Project([script("it", text)]), "build", "it").ended).status).toBe(0);
  });

  test("a step that fails is told, and its words are in the log", async () => {
    const project = new Project([script("it", "echo out; echo err >&2; exit 3")]);
    const { status, stderr } = await start(project, "build", "it").ended;
    expect(stderr).toContain("sh -c echo out; echo err >&2; exit 3': it ended with exit status 3: err\n");
    expect(status).toBe(1);
    expect(readFileSync(project.path("home/logs/it.log"), "utf8")).toContain("out\nerr\n");
  });

  test("an empty output is refused, as by the sandbox", async () => {
    const { status, stderr } = await start(new Project([script("it", "true")]), "build", "it").ended;
    expect(stderr).toContain("its steps wrote nothing to /out\n");
    expect(status).toBe(1);
  });

  test("verify builds again, whatever the engine has", async () => {
    const project = new Project([script("it", "cat /proc/sys/kernel/random/uuid >/out/x")]);
    const { stdout } = await start(project, "build", "it", "--json").ended;
    project.lock = pinTrees(project.lock, new Map(Object.entries(treesOf(stdout))));
    const { status, stderr } = await start(project, "verify", "it").ended;
    expect(stderr).toMatch(/its tree is [0-9a-f]{64}, and the lock pins [0-9a-f]{64}\n/);
    expect(status).toBe(1);
  });

  /** A package that is quick, and one that takes its time, and that the engine has never built. */
  const slow = () => [low, script("slow", `sleep 15; cat /low >/out/${randomUUID()}`, { needs: [low] })];
  const begun = (running: Running) => running.until(() => running.text.stderr.includes("low"));

  test("a connection that is lost is told, and the next run goes on", async () => {
    const project = new Project(slow());
    const running = start(project, "build", "slow");
    await begun(running);
    for (const { pid } of descendants(running.pid)) process.kill(pid, "SIGKILL");
    const { status, stderr } = await running.ended;
    expect(stderr).toContain("because it cannot use the Dagger engine: the connection to it was lost\n");
    expect(stderr).toContain("Run the command again: what was built is kept");
    expect(status).toBe(5);

    const again = await start(project, "build", "slow").ended;
    expect(again.status).toBe(0);
    expect(again.stderr).toMatch(/^(reused {3}low\n)?built {4}slow/);
  });

  test("Ctrl-C ends the session and leaves nothing", async () => {
    const project = new Project(slow());
    const running = start(project, "build", "slow");
    await begun(running);
    const processes = descendants(running.pid);
    running.process.kill("SIGINT");
    const { status, stderr } = await running.ended;
    expect(stderr).toContain("stagex: interrupted; nothing half-built was kept\n");
    expect(status).toBe(130);
    expect(await survivors(processes)).toEqual([]);
    expect(project.leftovers()).toEqual([]);
    expect(existsSync(project.path("home/failed"))).toBe(false);
  });

  test("a disk that gets full says so", async () => {
    const project = new Project([script("it", "dd if=/dev/zero of=/out/x bs=1M count=64")]);
    const mount = `mkdir -p ${project.home}; mount -t tmpfs -o size=16m none ${project.home}; exec "$@"`;
    const prefix = [
      "unshare",
      ...(process.getuid?.() === 0 ? [] : ["--map-root-user"]),
      "--mount",
      "sh",
      "-c",
      mount,
      "sh",
    ];
    const args = ["build", "it", ...onDagger];
    const { status, stderr } = await project.start(args, { prefix, env: engineEnvironment }).ended;
    expect(stderr).toContain("because it cannot keep the tree: this machine's disk is full\n");
    expect(status).toBe(5);
  });
});
