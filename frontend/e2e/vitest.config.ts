import { defineConfig } from 'vitest/config'

// End to end: a real browser on the real program. One file after the other,
// because two cores carry one software-drawn map at a time.
export default defineConfig({
  test: {
    include: ['e2e/*.spec.ts'],
    root: new URL('..', import.meta.url).pathname,
    environment: 'node',
    fileParallelism: false,
    maxWorkers: 1,
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A shared machine may stall for seconds at a time; a real fault fails twice.
    retry: 1,
  },
})
