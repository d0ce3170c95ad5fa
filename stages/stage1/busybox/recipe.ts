/** How busybox is built: by make and our Makefile, without a shell, since the first shell is what comes out. */
import { debian, run, type Step, source } from "@stagex/core";

export const busyboxSource = source({
  sha256: "3311dff32e746499f4df0d5df04d7eb396382d7e108bb9250e7b519b837043a4",
  size: 2565764,
  file: "busybox-{version}.tar.bz2",
  from: ["https://busybox.net/downloads/{file}", debian("busybox_{version}.orig.tar.bz2")],
});

/** Unpacks busybox, builds it by the given command of a compiler, and installs it and its applets in `/bin`. */
export const buildBusybox =
  (compiler: string) =>
  ({ version }: { version: string }): Step[] => [
    run("/bunzip2", `busybox-${version}.tar.bz2`, "busybox.tar"),
    run("/untar", "--strip", "1", "busybox.tar", "source"),
    run("/patch", "source", "busybox/awk-backslash.patch"),
    {
      argv: ["/usr/bin/make", "-f", "/build/busybox/Makefile", "-j4", `VERSION=${version}`, `CC=${compiler}`],
      cwd: "/build/source",
    },
    run("/install", "/out/bin", "source/busybox"),
    {
      argv: [
        "/out/bin/busybox",
        "sh",
        "-c",
        "for i in $(./busybox --list); do ./busybox ln -s busybox $i; done",
      ],
      cwd: "/out/bin",
    },
  ];
