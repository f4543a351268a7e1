import { defineConfig } from 'vitest/config'

// Unit tests: pure logic in Node. What needs a browser is tested in e2e/ with a real one.
export default defineConfig({
  test: { include: ['src/**/*.test.ts'], environment: 'node', pool: 'threads', maxWorkers: 2 },
})
