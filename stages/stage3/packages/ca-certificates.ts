import { debian, definePackage, shell, source, unpack } from "@stagex/core";
import { toolchain } from "../toolchain.ts";

export const caCertificates = definePackage({
  name: "ca-certificates",
  version: "20250419",
  license: "MPL-2.0",
  summary: "The certification authorities that Mozilla trusts with the names of servers",
  files: ["ca-certificates/bundle.awk"],
  sources: [
    source({
      sha256: "33b44ef78653ecd3f0f2f13e5bba6be466be2e7da72182f737912b81798ba5d2",
      size: 277504,
      file: "ca-certificates_{version}.tar.xz",
      from: ["https://snapshot.debian.org/file/6e0ea4bd2ac108fec5edec1187dc69c0b1f94f2d", debian()],
    }),
  ],
  needs: toolchain,
  build: (context) => [
    ...unpack(context),
    shell(`
mkdir -p /out/etc/ssl/certs
awk -f ca-certificates/bundle.awk source/mozilla/certdata.txt \
  >/out/etc/ssl/certs/ca-certificates.crt
ln -s certs/ca-certificates.crt /out/etc/ssl/cert.pem`),
  ],
  provides: ["/etc/ssl/certs/ca-certificates.crt"],
});
