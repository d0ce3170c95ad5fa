import { join, relative } from "node:path";
import { packagesOf, palletNamed } from "@stagex/core";
import { type BuildingOptions, withBuilder } from "../building.ts";
import { openSession, readLock } from "../session.ts";
import { duration, type View } from "../view.ts";

/** `stagex build NAME...` */
export async function build(names: string[], options: BuildingOptions): Promise<void> {
  const started = performance.now();
  const session = openSession(options);
  const lock = readLock(session);
  const packages = [...new Set(names.flatMap((name) => packagesOf(lock, name)))];

  const { trees, view, paths } = await withBuilder(
    session,
    lock,
    options,
    async ({ builder, store, view }) => {
      const trees = await builder.build(packages);
      const paths = packages.map((name) => store.treePath(trees.get(name) as string));
      return { trees, view, paths };
    },
  );

  const seconds = secondsSince(started);
  if (options.json) {
    const results = packages.map((name, index) => ({ name, tree: trees.get(name), path: paths[index] }));
    console.log(JSON.stringify({ packages: results, ...view.done, seconds }));
    return;
  }
  packages.forEach((name, index) => {
    console.log(`${name}  ${trees.get(name)}\n  ${paths[index]}`);
  });
  console.log(summary(view, seconds));
}

/** `stagex build-pallet --name NAME` */
export async function buildPallet(
  options: BuildingOptions & { name: string; output?: string },
): Promise<void> {
  const started = performance.now();
  const session = openSession(options);
  const lock = readLock(session);
  const { packages } = palletNamed(lock, options.name);
  const layout = options.output ?? join("out", options.name);

  const { image, view } = await withBuilder(session, lock, options, async ({ builder, store, view }) => {
    const { writePallet } = await import("@stagex/build/pallet"); // `build` does without
    const trees = await builder.build(packages);
    return { ...(await writePallet(lock, options.name, trees, store, layout)), view };
  });

  const seconds = secondsSince(started);
  if (options.json) {
    console.log(JSON.stringify({ pallet: options.name, layout, image, ...view.done, seconds }));
    return;
  }
  console.log(
    `${options.name}  oci:${relative(".", layout) || "."}\n  image sha256:${image}\n  ${summary(view, seconds)}`,
  );
}

const secondsSince = (started: number) => Math.round(performance.now() - started) / 1000;

const summary = ({ done }: View, seconds: number): string =>
  `${done.built} built, ${done.reused} reused, ${done.substituted} from a cache, in ${duration(seconds)}`;
