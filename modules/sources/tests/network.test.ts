/** Real files through the settings of this machine's real clients. Skipped where client or network is missing. */
import { join } from "node:path";
import type { LockedSource } from "@stagex/core";
import { expect, test } from "vitest";
import { SourceCache } from "../src/index.ts";
import { temporary } from "./support.ts";

const unreachable =
  /not installed|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|it hangs|lead nowhere|certificate/;

test.for<[place: string, size: number, sha256: string]>([
  [
    "debian:tcc_0.9.27+git20200814.62c30a4a.orig.tar.bz2",
    708943,
    "d63c113bcdd657f51c8ee197a0b0a24203603313e19a52b5f678d40ab7f5df35",
  ],
  ["npm:is-number@7.0.0", 3730, "7b75c1057198cf97696909a9bee176c9c5e9bcb5b03bf3ecef2f484defadd51e"],
  [
    "go:github.com/google/uuid@v1.6.0",
    31981,
    "d0f02f377217f42702e259684e06441edbf5140dddcc34ba9bea56038b38a6ed",
  ],
  ["crate:itoa@1.0.11", 10563, "49f1f14873335454500d59611f1cf4a4b0f786f9ac11f4312a78e4cf2566695b"],
  [
    "pypi:six@1.16.0/six-1.16.0.tar.gz",
    34041,
    "1e61c37477a1626458e36f7b1d82aa5c9b094fa4802892072e49de9c60c4c926",
  ],
])("%s", async ([place, size, sha256], { skip }) => {
  const cache = await SourceCache.open(join(temporary(), "sources"), { project: "/", offline: false });
  const source: LockedSource = { file: "source", size, sha256, from: [place] };
  await cache.ensure(source).catch((error) => {
    if (unreachable.test(error.message)) skip(error.message);
    throw error;
  });
  expect(await cache.verify(sha256)).toBe(true);
});
