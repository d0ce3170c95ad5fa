import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{modules,stages,scripts,pallets}/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
