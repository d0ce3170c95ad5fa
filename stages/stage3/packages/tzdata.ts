import { debian, definePackage, shell, source } from "@stagex/core";
import { toolchain } from "../toolchain.ts";

export const tzdata = definePackage({
  name: "tzdata",
  version: "2026c",
  license: "LicenseRef-public-domain",
  summary: "The time zones of the world",
  sources: [
    source({
      sha256: "e4a178a4477f3d0ea77cc31828ff72aa38feff8d61aa13e7e99e142e9d902be4",
      size: 475694,
      file: "tzdata{version}.tar.gz",
      from: ["https://data.iana.org/time-zones/releases/{file}", debian("tzdata_{version}.orig.tar.gz")],
    }),
    // For its compiler of time zones, which is that of the time zones' own project.
    source({
      sha256: "b8f0d50a7d4255658efe1f608cacdc4be82bb3c009875626df5968cc64c58880",
      size: 21553420,
      file: "glibc_2.43.orig.tar.xz",
      from: ["https://snapshot.debian.org/file/b27e55dc0496f725d22c10544db5c13c58674123", debian()],
    }),
  ],
  needs: toolchain,
  build: ({ version, sources: [zones, glibc] }) => [
    shell(`
tar -x -f ${zones}
tar -x -f ${glibc} --strip-components 2 glibc-2.43/timezone/zic.c glibc-2.43/timezone/private.h glibc-2.43/timezone/tzfile.h
printf 'static char const %s[] = "%s";\\n' PKGVERSION '' TZVERSION ${version} REPORT_BUGS_TO tz@iana.org >version.h
printf '#define %s "%s"\\n' TZDIR /usr/share/zoneinfo TZDEFAULT /etc/localtime >tzdir.h
gcc -O2 -w -I . -o zic zic.c
./zic -b slim -d /out/usr/share/zoneinfo \
  africa antarctica asia australasia europe northamerica southamerica etcetera factory backward
cp iso3166.tab zone1970.tab leap-seconds.list /out/usr/share/zoneinfo`),
  ],
  provides: ["/usr/share/zoneinfo/UTC", "/usr/share/zoneinfo/Europe/Berlin"],
});
