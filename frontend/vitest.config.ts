import { defineConfig } from 'vitest/config'

// Unit tests: pure logic in Node. What needs a browser is tested in e2e/ with a real one.
// A shared machine may stall for seconds at a time, which is no fault of a test.
export default defineConfig({
  test: { include: ['src/**/*.test.ts'], environment: 'node', pool: 'threads', maxWorkers: 2, testTimeout: 30_000 },
})
