/** What a build can see and do, tried by builds that look: as this user and as an ordinary one. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeHostTree } from "./host-tree.ts";
import { jobIn, type Outcome, outcomeOf, outcomesUnder, type PlainJob, shell } from "./jobs.ts";

const folder = mkdtempSync(join(tmpdir(), "isolation-"));
const tree = makeHostTree(folder);
const source = join(folder, "source");
let server: Server;

beforeAll(async () => {
  chmodSync(folder, 0o755);
  writeFileSync(source, "precious\n");
  writeFileSync(join(tree, "input"), "precious\n");
  server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const denied = (command: string) => `(${command}) 2>/dev/null && echo done || echo denied`;

const port = () => (server.address() as { port: number }).port;

const probes: Record<string, { script: () => string; sees: () => string }> = {
  "the host's name": { script: () => "hostname", sees: () => "stagex" },
  "the user: it is 0": { script: () => "id -u; id -g", sees: () => "0\n0" },
  "the umask: it is 022": { script: () => "umask", sees: () => "0022" },
  "the limits on core files, open files and stack": {
    script: () => "ulimit -c; ulimit -n; ulimit -s",
    sees: () => "0\n1024\n8192",
  },
  "standard input: it is empty": { script: () => "cat", sees: () => "" },
  "capabilities, or the way to new ones": {
    script: () => "grep -E '^(Cap|NoNewPrivs)' /proc/self/status",
    sees: () =>
      `${["Inh", "Prm", "Eff", "Bnd", "Amb"].map((set) => `Cap${set}:\t${"0".repeat(16)}`).join("\n")}\nNoNewPrivs:\t1`,
  },
  "open files of the driver": { script: () => "ls /proc/self/fd", sees: () => "0\n1\n2\n3" },
  "a terminal": { script: () => denied(": </dev/tty"), sees: () => "denied" },
  "a network interface but a downed loopback": {
    script: () =>
      "grep -c : /proc/self/net/dev; grep -c 'lo:' /proc/self/net/dev; cat /proc/self/net/route | grep -c 0",
    sees: () => "1\n1\n0",
  },
  "a server on the host's loopback": {
    script: () =>
      `bash -c ': </dev/tcp/127.0.0.1/${port()}' 2>&1 | grep -om1 'refused\\|unreachable' || echo reached`,
    sees: () => "unreachable",
  },
  "the host's files": {
    script: () => "ls / | grep -vE '^lib'; ls /proc/1/root/ /proc/1/cwd/ /proc/self/root/home 2>/dev/null",
    sees: () => "bin\nbuild\ndev\ninput\nlink-to-sh\nout\nproc\ntmp",
  },
  "the host's mounts or the scratch directory's path": {
    script: () =>
      `grep -cE '${folder}|/home|/root|/boot' /proc/self/mountinfo; readlink /proc/self/fd/1 | grep -c pipe:`,
    sees: () => "0\n1",
  },
  "the set-up's shell": {
    script: () =>
      "for i in exe root cwd environ mem; do cat /proc/1/$i >/dev/null 2>&1 && echo $i; done; echo none",
    sees: () => "none",
  },
  "processes of others": { script: () => "set /proc/[0-9]*; echo $#", sees: () => "2" },
  "the host's processors, uptime or kernel parameters": {
    script: () => "ls /proc | grep -vE '^[0-9]'; ls /sys 2>/dev/null; :",
    sees: () => "self\nthread-self",
  },
  "real time in the times of files": {
    script: () =>
      "stat -c %Y / /build /build/deep /build/deep/source /out /tmp | sort -u; stat -c %Y /dev /dev/fd | sort -u",
    sees: () => "1000000000\n0",
  },
  "the source's mode, owner or link count": {
    script: () => "stat -c '%a %u %g %h' /build/deep/source",
    sees: () => "755 0 0 1",
  },
  "a way to mount": { script: () => denied("mount -t tmpfs none /tmp"), sees: () => "denied" },
  "a way to unmount": { script: () => denied("mount -o remount,rw /proc"), sees: () => "denied" },
  "a way to another root": { script: () => denied("chroot / /bin/true"), sees: () => "denied" },
  "a way to new namespaces": {
    script: () => `${denied("unshare --user true")}; ${denied("unshare --mount true")}`,
    sees: () => "denied\ndenied",
  },
  "a way to make devices": { script: () => denied("mknod /out/null c 1 3"), sees: () => "denied" },
  "a way to change the host's devices": {
    // To the mode that it has, so that nothing is broken where this is not denied.
    script: () => `${denied("chmod 666 /dev/null")}; ${denied("chmod 666 /proc/self/fd/0")}`,
    sees: () => "denied\ndenied",
  },
  "a way to set kernel parameters": {
    script: () => denied(": >>/proc/sys/kernel/core_pattern"),
    sees: () => "denied",
  },
  "a way to rename the host": { script: () => denied("hostname evil"), sees: () => "denied" },
};

const uses: Record<string, { script: string; gives: string }> = {
  "change inputs and sources for itself": {
    script: "echo x >/input; echo x >/build/deep/source; cat /input /build/deep/source",
    gives: "x\nx",
  },
  "remove inputs for itself": { script: "bash -c 'exec 3</input'; : >/link; ls /link", gives: "/link" },
  "open /dev/stdout and /dev/stderr again": {
    script: "echo a >/dev/stdout; echo b >/dev/stderr",
    gives: "a\nb",
  },
  "use /tmp, /dev/shm and here documents": {
    script: "echo a >/tmp/x; echo b >/dev/shm/y; cat /tmp/x /dev/shm/y - <<.\nc\n.",
    gives: "a\nb\nc",
  },
  "use the devices": {
    script:
      "echo x >/dev/null; (echo x >/dev/full) 2>/dev/null || echo full; bash -c 'LC_ALL=C read -rN1 x </dev/urandom; : </dev/zero; : </dev/full; : </dev/random; echo read'",
    gives: "full\nread",
  },
};

const users = [
  { user: "this user", prefix: [], skip: false },
  {
    user: "an ordinary user",
    prefix: ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"],
    skip: userInfo().uid !== 0,
  },
];

describe.each(users)("a build that $user runs", ({ prefix, skip }) => {
  const outcomes = new Map<string, Outcome>();

  beforeAll(async () => {
    if (skip) return;
    const home = mkdtempSync(join(folder, "home-"));
    if (prefix.length > 0) chownSync(home, 1000, 1000);
    const own = join(home, "tree");
    cpSync(tree, own, { recursive: true, verbatimSymlinks: true });
    if (prefix.length > 0) execFileSync("chown", ["-R", "1000:1000", own]);
    const scripts = [
      ...Object.entries(probes).map(([name, { script }]) => [name, script()] as const),
      ...Object.entries(uses).map(([name, { script }]) => [name, script] as const),
    ];
    const jobs = scripts.map(([, script]): PlainJob => {
      const job = jobIn(home, {
        roots: [own],
        files: [{ path: source, name: "deep/source", executable: true }],
        steps: [shell(script)],
      });
      if (prefix.length > 0) chownSync(job.scratch, 1000, 1000);
      return job;
    });
    const results: Outcome[] = [];
    if (prefix.length > 0) results.push(...(await outcomesUnder(prefix, folder, jobs)));
    else for (const job of jobs) results.push(await outcomeOf(job));
    for (const [index, [name]] of scripts.entries()) outcomes.set(name, results[index] as Outcome);
  });

  it.skipIf(skip).each(Object.keys(probes))("does not have %s", (name) => {
    expect(outcomes.get(name)?.output.trimEnd()).toBe(probes[name]?.sees());
  });

  it.skipIf(skip).each(Object.keys(uses))("may %s", (name) => {
    expect(outcomes.get(name)?.output.trimEnd()).toBe(uses[name]?.gives);
  });

  it.skipIf(skip)("leaves inputs, sources and the host's name alone", () => {
    expect(readFileSync(join(tree, "input"), "utf8")).toBe("precious\n");
    expect(readFileSync(source, "utf8")).toBe("precious\n");
    expect(hostname()).not.toBe("stagex");
  });
});

describe("the environment", () => {
  const environmentOf = async (environment: Record<string, string>, env?: Record<string, string>) => {
    const step = { argv: ["/bin/env"], ...(env && { env }) };
    return (await outcomeOf(jobIn(folder, { roots: [tree], steps: [step], environment }))).output;
  };

  it("is empty when none is given", async () => {
    expect(await environmentOf({})).toBe("");
  });

  it("is exactly what is given, with what the step adds", async () => {
    process.env["LEAK"] = "1";
    const values = { A: 'it\'s "$HOME" `x`\n\\', PWD: "/nowhere", IFS: "x", PATH: "/p" };
    expect((await environmentOf(values, { A: "b", C: "" })).split("\n").sort()).toEqual(
      ["", "A=b", "C=", "IFS=x", "PATH=/p", "PWD=/nowhere"].sort(),
    );
    expect(await environmentOf({ A: values.A })).toBe(`A=${values.A}\n`);
  });

  it("keeps descriptors that the driver was started with from the build", async () => {
    const job = jobIn(folder, { roots: [tree], steps: [shell("ls /proc/self/fd")] });
    const prefix = ["bash", "-c", 'exec 7</ 123</ "$@"', "bash"];
    const [outcome] = await outcomesUnder(prefix, folder, [job]);
    expect(outcome?.output).toBe("0\n1\n2\n3\n");
  });
});

it("keeps trees on the host as they are, though a build removes and replaces what is in them", async () => {
  const upper = join(folder, "upper-tree");
  mkdirSync(join(upper, "directory"), { recursive: true });
  writeFileSync(join(upper, "directory/file"), "kept");
  const steps = [
    shell(
      "bash -c 'set -e; : >/directory/new; chmod 700 /directory/file; mkdir /directory/more'; echo x >/out/x",
    ),
  ];
  const { error } = await outcomeOf(jobIn(folder, { roots: [upper, tree], steps }));
  expect(error).toBe("");
  expect(readFileSync(join(upper, "directory/file"), "utf8")).toBe("kept");
});
