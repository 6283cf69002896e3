/**
 * The conformance suite on BuildKit daemons: `BUILDKITD=/path/of/buildkitd npm run conformance:builder [-- --topic=NAME…]`.
 * Ends with 1 if a case differs that `builders/cannot.ts` does not list, or one passes that it lists.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDaemon } from '../soak/nodes/daemons.ts';
import { cannot } from './builders/cannot.ts';
import { runCasesOn } from './builders/run-cases.ts';
import { chosenCases, reportCases } from './report-cases.ts';

const program = process.env.BUILDKITD ?? 'buildkitd';
const isAsListed = await reportCases('buildkit', chosenCases(process.argv.slice(2)), {
  listed: cannot('buildkit'),
  // A daemon for each half: what the cases of one leave in its cache is not there for the other's.
  run: async (half, options) => {
    const directory = mkdtempSync(join(tmpdir(), 'lamina-daemon-'));
    try {
      await using daemon = await startDaemon({ program, directory, parallelism: 4 });
      return await runCasesOn(half, { address: daemon.address, ...options });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
});
process.exitCode = isAsListed ? 0 : 1;
