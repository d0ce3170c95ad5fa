/** Registries on this machine: Debian's docker-registry, and one that lies. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll } from "vitest";

const endings: (() => void)[] = [];
// Not where a registry is started: in a hook, vitest would never call it.
afterAll(() => {
  for (const end of endings) end();
});

/** A registry of distribution specification 1.0: it has no list of referrers. @returns its host and port */
export async function startRegistry(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "stagex-registry-"));
  const host = `127.0.0.1:${await freePort()}`;
  const settings = {
    version: "0.1",
    log: { level: "error", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, "data") } },
    http: { addr: host },
  };
  writeFileSync(join(folder, "config.yml"), JSON.stringify(settings)); // JSON is YAML
  const child: ChildProcess = spawn("docker-registry", ["serve", join(folder, "config.yml")], {
    stdio: "ignore",
  });
  endings.push(() => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  for (let attempt = 0; attempt < 200; attempt++) {
    const isUp = await fetch(`http://${host}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return host;
    await sleep(25);
  }
  throw new Error("docker-registry does not answer");
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const socket = createSocket().listen(0, "127.0.0.1", () => {
      const { port } = socket.address() as AddressInfo;
      socket.close(() => done(port));
    });
  });
}

/** Answers a request, or leaves it to the honest registry behind. */
export type Lie = (path: string, response: ServerResponse) => boolean | Promise<boolean>;

/** A registry that gives what `honest` gives, but for its lies, which can be changed. */
export class Liar {
  lie: Lie = () => false;
  host = "";
  readonly #honest: string;

  private constructor(honest: string) {
    this.#honest = honest;
  }

  static async start(honest: string): Promise<Liar> {
    const liar = new Liar(honest);
    const server = createServer((request, response) => {
      liar.#answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    liar.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    endings.push(() => {
      server.close();
    });
    return liar;
  }

  async #answer(
    { url = "/", method = "GET", headers }: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (await this.lie(url, response)) return;
    const answer = await fetch(`http://${this.#honest}${url}`, {
      method,
      headers: { accept: headers.accept ?? "*/*" },
    });
    const kept = ["content-type", "content-length", "docker-content-digest"];
    response.writeHead(
      answer.status,
      Object.fromEntries(
        kept.flatMap((name) =>
          answer.headers.has(name) ? [[name, answer.headers.get(name) as string]] : [],
        ),
      ),
    );
    response.end(Buffer.from(await answer.arrayBuffer()));
  }
}

/** Programs of `names` that are not installed. */
export const missing = (...names: string[]): string[] =>
  names.filter((name) => spawnSync(name, ["--version"], { stdio: "ignore" }).error !== undefined);
