/** A loopback server whose answers a test writes down, and what else the tests share. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LockedSource } from "@stagex/core";
import { onTestFinished } from "vitest";
import { SourceCache, type SourceCacheOptions } from "../src/index.ts";

/** @param nth the how manieth request to this path it is, from 0 */
export type Answer = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

export interface Loopback {
  readonly url: string;
  /** Path and Range header of each request, such as `/file bytes=5-`. */
  readonly requests: string[];
  readonly headers: IncomingMessage["headers"][];
  readonly connections: number;
}

/** Serves `answers` by path until the test ends; all else is 404. */
export async function serve(answers: Readonly<Record<string, Answer>>): Promise<Loopback> {
  const state = {
    url: "",
    requests: [] as string[],
    headers: [] as IncomingMessage["headers"][],
    connections: 0,
  };
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    state.requests.push(request.headers.range ? `${path} ${request.headers.range}` : path);
    state.headers.push(request.headers);
    const nth = counts.get(path) ?? 0;
    counts.set(path, nth + 1);
    const answer = answers[path];
    if (answer) answer(request, response, nth);
    else response.writeHead(404).end();
  });
  server.on("connection", () => {
    state.connections++;
  });
  state.url = await listen(server);
  return state;
}

export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export const whole =
  (bytes: Uint8Array | string): Answer =>
  (_, response) => {
    response.writeHead(200, { "content-length": Buffer.byteLength(bytes) }).end(bytes);
  };

/** Promises the whole file, gives its first `count` bytes, and breaks the connection once they have arrived. */
export function cut(response: ServerResponse, bytes: Uint8Array, count: number, headers = {}): void {
  response.writeHead(200, { "content-length": bytes.length, ...headers });
  response.write(bytes.subarray(0, count), () => setTimeout(() => response.destroy(), 30));
}

/** Answers a Range request as RFC 9110 says. */
export function rest(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const headers = { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(206, headers).end(bytes.subarray(start));
}

/** The file of most tests. */
export const BYTES = Buffer.from("some source text\n".repeat(1000));

export const sha256Of = (bytes: Uint8Array | string): string =>
  createHash("sha256").update(bytes).digest("hex");

/** A source that holds `bytes` and is to be found at `from`. */
export const sourceOf = (bytes: Uint8Array | string, ...from: string[]): LockedSource => ({
  file: "source.tar",
  sha256: sha256Of(bytes),
  size: Buffer.byteLength(bytes),
  from,
});

/** Whether a client answers, for tests that run it. */
export const hasClient = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args).status === 0;

export function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), "stagex-sources-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** An empty cache that loses patience fast. */
export function openCache(
  options: Partial<SourceCacheOptions> & { directory?: string } = {},
): Promise<SourceCache> {
  const { directory = join(temporary(), "sources"), ...rest } = options;
  const patience = { stallMs: 200, retryMs: 1 };
  return SourceCache.open(directory, { project: temporary(), offline: false, patience, ...rest });
}
