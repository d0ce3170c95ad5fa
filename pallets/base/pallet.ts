import { definePallet } from "@stagex/core";
import { busybox, caCertificates, tzdata } from "@stagex/stage3";

export default definePallet({
  name: "base",
  summary: "A shell and the usual small tools, with certification authorities and time zones",
  packages: [busybox, caCertificates, tzdata],
  cmd: ["/bin/sh"],
  env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
});
