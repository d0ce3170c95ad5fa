import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { expect, test, vi } from "vitest";
import { BYTES, listen, openCache, serve, sourceOf, whole } from "./support.ts";

test("the standard proxy variables are heeded", async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    whole(BYTES)(request, response, 0);
  });
  server.on("connect", (request, socket) => {
    asked.push(`${request.method} ${request.url}`);
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  const proxy = await listen(server);
  for (const name of ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"]) vi.stubEnv(name, proxy);
  vi.stubEnv("no_proxy", "127.0.0.1");

  const cache = await openCache();
  const path = await cache.ensure(sourceOf(BYTES, "http://upstream.invalid/file"));
  expect(readFileSync(path)).toEqual(BYTES);
  await expect(cache.ensure(sourceOf("x", "https://upstream.invalid/x"))).rejects.toThrow(
    "/x: Proxy response (403)",
  );
  expect(asked[0]).toBe("GET http://upstream.invalid/file");
  expect(asked[1]).toBe("CONNECT upstream.invalid:443");

  const { url } = await serve({ "/near": whole("near") });
  await cache.ensure(sourceOf("near", `${url}/near`));
  expect(asked.join()).not.toContain("near");
});
