import { billOf, cyclonedx, spdx } from "@stagex/trust/documents";
import { type GlobalOptions, openSession, readLock } from "../session.ts";

const formats = { spdx, cyclonedx };

/** `stagex sbom PALLET --format spdx|cyclonedx` */
export function sbom(name: string, options: GlobalOptions & { format: keyof typeof formats }): void {
  const bill = billOf(readLock(openSession(options)), name);
  console.log(JSON.stringify(formats[options.format](bill), null, 2));
}
