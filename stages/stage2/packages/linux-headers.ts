import { debian, definePackage, type Recipe, run, shell, source } from "@stagex/core";
import { hostToolchain } from "../host.ts";

/** Of the kernel's source, what making the headers takes. */
const parts = ["Makefile", "include/asm-generic", "include/uapi", "scripts", "tools/include", "usr"];

/**
 * Makes the headers for an architecture.
 *
 * @param arch its name in the kernel's makefiles, and the folder of its source where that is another
 * @param into the folder that is made for them, in which they come to lie in `include`
 */
export const kernelHeaders =
  (arch: string, folder = arch, into = "/out/usr"): Recipe =>
  ({ version, sources: [archive] }) => {
    const members = [...parts, `arch/${folder}`].sort().map((part) => `linux-${version}/${part}`);
    return [
      run("/bin/tar", "-x", "-f", `${archive}`, ...members),
      {
        argv: [
          "/usr/bin/make",
          `ARCH=${arch}`,
          "HOSTCC=gcc",
          "KBUILD_HOSTCFLAGS=-O1 -I scripts/include",
          "headers",
        ],
        cwd: `/build/linux-${version}`,
      },
      shell(
        `mkdir ${into}\ncp -r linux-*/usr/include ${into}\nfind /out -type f ! -name '*.h' -exec rm {} +`,
      ),
    ];
  };

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
  build: kernelHeaders("x86_64", "x86"),
  provides: ["/usr/include/asm/unistd_64.h", "/usr/include/linux/version.h"],
});
