/** The data that programs expect on any system. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { storedTree } from "../../stage2/tests/store.ts";
import { describeIn } from "./root.ts";

describe("ca-certificates", () => {
  const tree = storedTree("ca-certificates");
  const certificates = () => {
    const bundle = readFileSync(join(tree ?? "", "etc/ssl/certs/ca-certificates.crt"), "utf8");
    return (bundle.match(/-----BEGIN[^]*?END CERTIFICATE-----/g) ?? []).map(
      (pem) => new X509Certificate(pem),
    );
  };
  const subjects = () => certificates().map(({ subject }) => subject);

  it.skipIf(!tree)(
    "are certificates of authorities, each once and signed by itself (where the store has it: ./stagex build ca-certificates)",
    () => {
      const all = certificates();
      expect(all.length).toBeGreaterThan(100);
      expect(all.filter((one) => !one.ca || !one.verify(one.publicKey))).toEqual([]);
      expect(new Set(all.map((one) => one.fingerprint256)).size).toBe(all.length);
    },
  );

  it.skipIf(!tree)("hold the one whose fingerprint Let's Encrypt publishes", () => {
    expect(certificates().map((one) => one.fingerprint256)).toContain(
      "96:BC:EC:06:26:49:76:F3:74:60:77:9A:CF:28:C5:A7:CF:E8:A3:C0:AA:E1:1A:8F:FC:EE:05:C0:BD:DF:08:C6",
    );
  });

  it.skipIf(!tree)(
    "hold none that Mozilla distrusts, be it from some day on, or trusts for mail alone",
    () => {
      expect(subjects().filter((subject) => /DigiNotar|Entrust|Secure Mail/.test(subject))).toEqual([]);
    },
  );
});

describeIn(["tzdata", "busybox"], "tzdata", (sh) => {
  it.each([
    ["UTC", 0, "1970-01-01 00:00 UTC"],
    ["Europe/Berlin", 1767225600, "2026-01-01 01:00 CET"],
    ["Europe/Berlin", 2540160000, "2050-06-30 02:00 CEST"],
    ["Asia/Kathmandu", 1767225600, "2026-01-01 05:45 +0545"],
    ["America/St_Johns", -2000000000, "1906-08-16 16:55 NST"],
    ["US/Pacific", 1793520000, "2026-11-01 01:00 PDT"],
    ["US/Pacific", 1793523600, "2026-11-01 01:00 PST"],
  ])("%s at %d is %s", async (zone, seconds, text) => {
    expect(await sh(`TZ=${zone} date -d @${seconds} '+%F %H:%M %Z'`)).toBe(`${text}\n`);
  });
});
