import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { StallReporter } from './test/support/stall-reporter.ts';

const { LAMINA_TEST_DISPLAY: display = 'default', LAMINA_TEST_RESULTS: results } = process.env;

export default defineConfig({
  test: {
    reporters: [display, new StallReporter(), ...(results === undefined ? [] : ['json'])],
    outputFile: { ...(results !== undefined && { json: results }) },
    // The default leaves a core free, which on two cores is half of them; tests mostly wait for other processes.
    maxWorkers: Math.max(2, availableParallelism()),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: [
            'test/integration/**/*.test.ts',
            'test/e2e/**/*.test.ts',
            'test/conformance/**/*.test.ts',
          ],
          pool: 'forks',
          fileParallelism: true,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
