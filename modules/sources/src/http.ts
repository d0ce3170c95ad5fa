/** GET through proxies and redirects. */
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from "undici";
import { PlaceFailure } from "./incoming.ts";

/** Where exactly a file may be: an http, https or file URL. */
export interface Location {
  readonly url: URL;
  /** A proxy's URL, or `DIRECT`; when absent, the standard proxy variables decide. */
  readonly proxy?: string;
}

export interface Response {
  readonly status: number;
  readonly body: Dispatcher.ResponseData["body"];
  /** After redirects. */
  readonly url: URL;
  header(name: string): string | undefined;
}

const REDIRECTS = 5;
const REDIRECT_STATUS = new Set([301, 302, 303, 307, 308]);

/** One GET, through its redirects. A password goes only to the host in whose URL it stands. */
export async function get(
  location: Location,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  const dispatcher = dispatcherFor(location.proxy);
  let url = location.url;
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const answer = await request(url, {
      dispatcher,
      signal,
      headers: { "user-agent": "stagex", "accept-encoding": "identity", ...authorization(url), ...headers },
    });
    const { statusCode: status, body } = answer;
    // Who reads the body learns of an error there; when nobody does, it would end the process.
    body.on("error", () => {});
    const header = (name: string) => [answer.headers[name]].flat()[0];
    const target = header("location");
    if (!REDIRECT_STATUS.has(status) || target === undefined) return { status, body, url, header };
    await body.dump({ limit: 65536, signal });
    url = redirected(target, url);
  }
  throw new PlaceFailure(`it redirects more than ${REDIRECTS} times`);
}

function redirected(target: string, base: URL): URL {
  if (!URL.canParse(target, base.href)) throw new PlaceFailure("it redirects to something that is no URL");
  const url = new URL(target, base);
  if (url.protocol === "https:" || url.protocol === "http:") return url;
  throw new PlaceFailure(`it redirects to a ${url.protocol} URL, which is refused`);
}

function authorization(url: URL): Record<string, string> {
  if (url.username === "") return {};
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

const dispatchers = new Map<string, Dispatcher>();

function dispatcherFor(proxy: string | undefined): Dispatcher {
  const key = proxy ?? "";
  const known = dispatchers.get(key);
  if (known) return known;
  // Its own timeouts are off, since the caller's signal covers them all. Plain http goes through a proxy without a
  // tunnel, as many proxies demand.
  const options = { headersTimeout: 0, bodyTimeout: 0, connectTimeout: 0, proxyTunnel: false };
  const made =
    proxy === "DIRECT"
      ? new Agent(options)
      : new EnvHttpProxyAgent({ ...options, ...(proxy && { httpProxy: proxy, httpsProxy: proxy }) });
  dispatchers.set(key, made);
  return made;
}
