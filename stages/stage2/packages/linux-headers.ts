import { debian, definePackage, run, shell, source } from "@stagex/core";
import { hostToolchain } from "../host.ts";

/** Of the kernel's source, what making the headers takes. */
const parts = [
  "Makefile",
  "arch/x86",
  "include/asm-generic",
  "include/uapi",
  "scripts",
  "tools/include",
  "usr",
];

export const linuxHeaders = definePackage({
  name: "linux-headers",
  version: "6.12.101",
  license: "GPL-2.0-only WITH Linux-syscall-note",
  summary: "The kernel's interface for programs on x86_64, as C headers",
  sources: [
    source({
      sha256: "ba6df356e6c9aeca8930556d2732eb502e168815a31269d74eb0d9d0c170fd89",
      size: 151366788,
      file: "linux_{version}.orig.tar.xz",
      from: ["https://snapshot.debian.org/file/b4831ea99fab794c6ba4029505692e0a8968bacd", debian()],
    }),
  ],
  needs: hostToolchain,
  build: ({ version, sources: [archive] }) => [
    run("/bin/tar", "-x", "-f", `${archive}`, ...parts.map((part) => `linux-${version}/${part}`)),
    {
      argv: [
        "/usr/bin/make",
        "ARCH=x86_64",
        "HOSTCC=gcc",
        "KBUILD_HOSTCFLAGS=-O1 -I scripts/include",
        "headers",
      ],
      cwd: `/build/linux-${version}`,
    },
    shell(
      "mkdir /out/usr\ncp -r linux-*/usr/include /out/usr\nfind /out -type f ! -name '*.h' -exec rm {} +",
    ),
  ],
  provides: ["/usr/include/asm/unistd_64.h", "/usr/include/linux/version.h"],
});
