/** Begins to write a layout whose layer never ends, and says so; a test kills it. */
import { Readable } from "node:stream";
import { writeLayout } from "../src/index.ts";

const never = new Readable({
  read() {
    console.log("writing");
  },
});
setInterval(() => {}, 1000);
const layer = { digest: "0".repeat(64), size: 1, createdBy: "nobody", tar: () => never };
await writeLayout(process.argv[2] as string, {
  name: "stuck",
  platform: "linux/386",
  epoch: 0,
  layers: [layer],
});
