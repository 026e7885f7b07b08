import { defineConfig } from 'vitest/config'

// Tiers are folders' names: `*.test.ts` is fast and needs no server, `*.contract.test.ts` runs real programs,
// `*.e2e.test.ts` runs a real Temporal server. The runner in scripts/test.ts chooses.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    reporters: ['default'],
  },
})
