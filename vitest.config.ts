import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{modules,stages,scripts,pallets}/**/*.test.ts"],
    reporters: ["default", "./scripts/summary-reporter.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
