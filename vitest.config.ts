import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Generous: a property test on a busy machine is slow, not wrong.
    testTimeout: 60_000,
    reporters: ['default', ['json', { outputFile: 'build/tests.json' }]],
  },
})
