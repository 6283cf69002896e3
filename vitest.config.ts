import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { ProjectSequencer } from './test/support/project-sequencer.ts';
import { StallReporter } from './test/support/stall-reporter.ts';

const { LAMINA_TEST_DISPLAY: display = 'default', LAMINA_TEST_RESULTS: results } = process.env;
/** They start the counter of V8 before they load what they count. */
const COUNTED = ['test/linear-work.test.ts', 'test/report-work.test.ts'];
const SECONDS = 1000;

export default defineConfig({
  test: {
    reporters: [display, new StallReporter(), ...(results === undefined ? [] : ['json'])],
    outputFile: { ...(results !== undefined && { json: results }) },
    // The default leaves a core free, which on two cores is half of them; tests also wait for disks and other processes.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: ProjectSequencer },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/*.test.ts'],
          exclude: COUNTED,
          setupFiles: ['test/support/remove-temporary-directories.ts'],
          // Tests mock nothing and leave the process as it was; loading everything again took half of their time.
          isolate: false,
          testTimeout: 60 * SECONDS,
          hookTimeout: 60 * SECONDS,
        },
      },
      {
        test: {
          name: 'unit-counted',
          include: COUNTED,
          setupFiles: ['test/support/remove-temporary-directories.ts'],
          // A counted step takes long, and a busy machine has little time for it.
          testTimeout: 300 * SECONDS,
          hookTimeout: 60 * SECONDS,
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
          setupFiles: ['test/support/remove-temporary-directories.ts'],
          pool: 'forks',
          fileParallelism: true,
          testTimeout: 300 * SECONDS,
          hookTimeout: 600 * SECONDS,
        },
      },
    ],
  },
});
