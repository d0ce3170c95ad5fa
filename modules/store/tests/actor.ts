/** What the tests let another process do with a store, so that it can be killed or be another user. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Store } from "../src/index.ts";

const [, , action = "", directory = "", ...rest] = process.argv;
const EPOCH = 1_767_225_600;

const actions: Record<string, (store: Store) => Promise<void>> = {
  /** Adds small trees, verifies, records and removes them, until it is killed. */
  async churn(store) {
    console.log("ready");
    for (let count = 0; ; count += 1) {
      const scratch = await store.scratch("churn");
      const tree = join(scratch, "out");
      mkdirSync(join(tree, "bin"), { recursive: true });
      for (const name of ["a", "b", "c"])
        writeFileSync(join(tree, "bin", name), `${name}${count % 50}`.repeat(9999));
      const { digest } = await store.withLock("churn", undefined, () => store.add(tree, { epoch: EPOCH }));
      store.remember(`key${count % 50}`, digest);
      if (count % 3 === 0) await store.remove(digest);
      await store.discard(scratch);
    }
  },
  /** Holds a lock until it is killed. */
  async hold(store) {
    await store.scratch("held");
    await store.withLock(rest[0] as string, undefined, async () => {
      console.log("ready");
      await sleep(1e9);
    });
  },
  /** Counts in a file under a lock, which goes wrong if two do it at once. */
  async count(store) {
    const [file = "", times = "0"] = rest;
    const { readFileSync } = await import("node:fs");
    for (let done = 0; done < Number(times); done += 1) {
      await store.withLock("count", undefined, async () => {
        const before = Number(readFileSync(file, "utf8"));
        await sleep(1);
        writeFileSync(file, String(before + 1));
      });
    }
  },
  /** Adds one file of so many bytes. */
  async fill(store) {
    const scratch = await store.scratch("fill");
    mkdirSync(join(scratch, "out"));
    writeFileSync(join(scratch, "out/file"), Buffer.alloc(Number(rest[0])));
    const { linkSync } = await import("node:fs");
    linkSync(join(scratch, "out/file"), join(scratch, "out/link"));
    console.log((await store.add(join(scratch, "out"), { epoch: EPOCH })).digest);
  },
  /** Adds a tree without any permissions, and removes it again. */
  async closed(store) {
    const scratch = await store.scratch("closed");
    const tree = join(scratch, "out");
    mkdirSync(join(tree, "locked/deep"), { recursive: true });
    writeFileSync(join(tree, "locked/deep/file"), "content", { mode: 0o000 });
    writeFileSync(join(tree, "locked/read-only"), "content", { mode: 0o444 });
    chmodSync(join(tree, "locked/deep"), 0o000);
    chmodSync(join(tree, "locked"), 0o555);
    const { digest } = await store.add(tree, { epoch: EPOCH });
    await store.verify(digest);
    await store.remove(digest);
    await store.discard(scratch);
    console.log(digest);
  },
};

try {
  const store = await Store.open(directory);
  await actions[action]?.(store);
} catch (error) {
  console.log((error as Error).message);
  process.exitCode = 1;
}
