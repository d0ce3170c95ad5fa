/**
 * From one location into an incoming file. Whatever a server does, the file is only ever accepted by its
 * sha256, so the care taken here is for speed and for good errors.
 */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { StagexError } from "@stagex/core";
import type { Location, Response } from "./http.ts";
import { type Incoming, PlaceFailure } from "./incoming.ts";

export interface Patience {
  /** A place that gives less than {@link LEAST_BYTES} in this time hangs. */
  readonly stallMs: number;
  /** Before the first retry; each further one waits twice as long. */
  readonly retryMs: number;
}

const LEAST_BYTES = 1024;
const CHUNK_BYTES = 256 * 1024;
const ATTEMPTS = 4;

/**
 * Fills `incoming` and checks it. A broken connection is taken up where it broke.
 *
 * @throws PlaceFailure when the location does not give the file
 * @throws StagexError of kind `machine` when this machine cannot take it
 */
export async function transfer(
  location: Location,
  incoming: Incoming,
  sha256: string,
  patience: Patience,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (location.url.protocol === "file:") {
    await copy(location.url, incoming, signal);
    return check(incoming, sha256);
  }
  await download(location, incoming, sha256, patience, signal);
}

/** Apart, since it brings a library along that most runs never need. */
const loadHttp = () => import("./http.ts");

function check(incoming: Incoming, sha256: string): void {
  const actual = incoming.digest();
  if (actual !== sha256) throw new PlaceFailure(`its sha256 is ${actual}, expected ${sha256}`);
}

async function copy(url: URL, incoming: Incoming, signal: AbortSignal | undefined): Promise<void> {
  // Not to hang on a FIFO that lies where a file is expected.
  const file = await open(fileURLToPath(url), constants.O_RDONLY | constants.O_NONBLOCK).catch((cause) => {
    throw new PlaceFailure(cause.code === "ENOENT" ? "there is no such file" : cause.message);
  });
  try {
    if (!(await file.stat()).isFile()) throw new PlaceFailure("it is not a regular file");
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer);
      if (bytesRead === 0) return;
      await incoming.write(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

async function download(
  location: Location,
  incoming: Incoming,
  sha256: string,
  { stallMs, retryMs }: Patience,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { get } = await loadHttp();
  let validator: string | undefined;
  let mayResume = true;
  let failure: PlaceFailure | undefined;

  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await sleep(retryMs * 2 ** (attempt - 1), undefined, { signal });
    if (!mayResume) await incoming.restart();
    const offset = incoming.received;
    let joined = false;
    const watch = new StallWatch(stallMs, () => incoming.received, signal);
    try {
      const response = await get(location, rangeHeaders(offset, validator), watch.signal);
      validator = validatorOf(response);
      await accept(response, incoming, offset);
      joined = incoming.received > 0;
      for await (const chunk of response.body) await incoming.write(chunk);
      if (incoming.received < incoming.size) throw new Error("the connection was closed");
      check(incoming, sha256);
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof StagexError) throw error;
      failure = watch.stalled ?? asFailure(error, incoming);
      // The parts of a resumed file may come from different files.
      const misjoined = joined && !failure.transient;
      if (misjoined || error instanceof RangeRefused) mayResume = false;
      const nothingNew = watch.stalled && incoming.received <= offset;
      if (nothingNew || !(failure.transient || misjoined)) throw failure;
    } finally {
      watch.stop();
    }
  }
  throw failure;
}

/** Ends a request whose server says nothing any more, at whatever point: connecting, waiting or in the body. */
class StallWatch {
  stalled: PlaceFailure | undefined;
  readonly signal: AbortSignal;
  readonly #stall = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(stallMs: number, received: () => number, outer: AbortSignal | undefined) {
    this.signal = outer ? AbortSignal.any([outer, this.#stall.signal]) : this.#stall.signal;
    let before = received();
    this.#timer = setInterval(() => {
      if (received() - before < LEAST_BYTES) {
        this.stalled = new PlaceFailure(`it hangs: nothing came for ${stallMs / 1000} s`, {
          transient: true,
        });
        this.#stall.abort(this.stalled);
      }
      before = received();
    }, stallMs);
  }

  /** Ends what is left of the request, too, such as a body that nobody wants to read. */
  stop(): void {
    clearInterval(this.#timer);
    this.#stall.abort();
  }
}

/** The server's answer to a Range request does not fit what was asked. */
class RangeRefused extends PlaceFailure {
  constructor(message: string) {
    super(message, { transient: true });
  }
}

/** RFC 9110 section 14.2, and 13.1.5: a range of the same file, or else the whole of the new one. */
function rangeHeaders(offset: number, validator: string | undefined): Record<string, string> {
  if (offset === 0) return {};
  return { range: `bytes=${offset}-`, ...(validator && { "if-range": validator }) };
}

function validatorOf(response: Response): string | undefined {
  const etag = response.header("etag");
  // A weak ETag does not promise equal bytes, and If-Range does not allow it.
  return etag && !etag.startsWith("W/") ? etag : response.header("last-modified");
}

/** Checks status and length, and makes `incoming` ready for the body. */
async function accept(response: Response, incoming: Incoming, offset: number): Promise<void> {
  if (response.status === 206 && offset > 0) return checkRange(response, incoming.size, offset);
  if (response.status === 416) throw new RangeRefused("it refuses to resume");
  if (response.status !== 200) throw statusFailure(response.status);
  await incoming.restart();
  const length = response.header("content-length");
  if (length !== undefined && Number(length) !== incoming.size) {
    throw new PlaceFailure(`it has ${length} bytes, expected ${incoming.size}`);
  }
}

function checkRange(response: Response, size: number, offset: number): void {
  const range = response.header("content-range") ?? "nothing";
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(range) ?? [];
  if (Number(start) === offset && (total === "*" || Number(total) === size)) return;
  throw new RangeRefused(`it resumes at the wrong place (${range})`);
}

function statusFailure(status: number): PlaceFailure {
  const transient = status >= 500 || status === 408 || status === 429;
  return new PlaceFailure(`HTTP status ${status}`, { transient });
}

function asFailure(error: unknown, incoming: Incoming): PlaceFailure {
  if (error instanceof PlaceFailure) return error;
  const failure = networkFailure(error);
  if (incoming.received === 0) return failure;
  return new PlaceFailure(`${failure.message} after ${incoming.received} of ${incoming.size} bytes`, failure);
}

function networkFailure(error: unknown): PlaceFailure {
  // A host of several addresses: what each of them gave.
  if (error instanceof AggregateError && error.errors.length > 0) return networkFailure(error.errors[0]);
  const { code = "", message = String(error) } = error as NodeJS.ErrnoException;
  if (/CERT|UNABLE_TO_VERIFY/.test(code)) {
    return new PlaceFailure(
      `${message} (where a network has its own certificate authority, NODE_EXTRA_CA_CERTS names its file)`,
    );
  }
  return new PlaceFailure(message, { transient: code !== "ENOTFOUND" && code !== "ECONNREFUSED" });
}

/**
 * The text of a small document, such as a package index's page.
 *
 * @throws PlaceFailure
 */
export async function readDocument(
  url: URL,
  accept: string,
  { stallMs }: Patience,
  signal: AbortSignal | undefined,
): Promise<{ text: string; url: URL }> {
  const { get } = await loadHttp();
  const limit = 64 * 1024 * 1024;
  let received = 0;
  const watch = new StallWatch(stallMs, () => received, signal);
  try {
    const response = await get({ url }, { accept }, watch.signal);
    if (response.status !== 200) throw statusFailure(response.status);
    const chunks: Buffer[] = [];
    for await (const chunk of response.body) {
      received += chunk.length;
      if (received > limit) throw new PlaceFailure("it is too long");
      chunks.push(chunk);
    }
    return { text: Buffer.concat(chunks).toString("utf8"), url: response.url };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof PlaceFailure) throw error;
    throw watch.stalled ?? networkFailure(error);
  } finally {
    watch.stop();
  }
}
