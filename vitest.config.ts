import { defineConfig } from 'vitest/config'

// A file's name is its tier: `*.test.ts` is fast and needs no server, `*.contract.test.ts` runs real programs,
// `*.e2e.test.ts` runs a real Temporal server. scripts/test.mjs runs one tier after the other.
const include = process.env['PHIX_TEST_INCLUDE'] ?? 'test/**/*.test.ts'
const exclude = (process.env['PHIX_TEST_EXCLUDE'] ?? '').split(',').filter(Boolean)

export default defineConfig({
  test: { include: [include], exclude, pool: 'forks', maxWorkers: 2, testTimeout: 60_000, hookTimeout: 120_000 },
})
