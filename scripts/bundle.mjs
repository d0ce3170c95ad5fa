// Bundles the command line into dist/, so that `stagex` starts in the time that Node itself needs.
// Parts that only some commands need become chunks of their own, loaded when such a command runs.
import { copyFile, rename, rm } from "node:fs/promises";
import { build } from "esbuild";

const root = new URL("..", import.meta.url).pathname;
const fresh = `${root}dist.${process.pid}`;

/**
 * Of Dagger's SDK, only the client is used. It does not declare that its files have no effects of their own, so
 * esbuild would keep all of it, a TypeScript compiler included, and take seconds to load it.
 */
const clientOnly = {
  name: "client-only",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^(\.|@dagger\.io|@opentelemetry)/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === clientOnly || !/@dagger\.io|modules\/dagger/.test(from.importer)) return;
      return { ...(await resolve(path, { ...from, pluginData: clientOnly })), sideEffects: false };
    });
  },
};

await build({
  absWorkingDir: root,
  entryPoints: { stagex: "modules/cli/src/main.ts" },
  outdir: fresh,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external: ["tsx"],
  plugins: [clientOnly],
  // CommonJS dependencies call require(), which an ES module has to make for them.
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
  logLevel: "warning",
});

// The sandbox's own program lies beside the bundle, as it lies beside its module.
await copyFile(`${root}modules/sandbox/src/sandbox.pl`, `${fresh}/sandbox.pl`);

// Two first runs at once each bring a whole folder; the later one stays.
await rm(`${root}dist`, { recursive: true, force: true });
await rename(fresh, `${root}dist`).catch(() => rm(fresh, { recursive: true, force: true }));
