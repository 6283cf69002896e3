import { runs } from '../../shell/index.ts';
import { CACHES, cacheSavings } from '../making/caches.ts';
import { appendCommand } from '../making/cleanups.ts';
import { adviceRule } from '../making/make.ts';
import { hasScratchMount } from '../making/mounts.ts';
import { isShipped } from '../making/used-stages.ts';

const CLEANUP = 'yarn cache clean';

export const dl3060 = adviceRule({
  code: 'DL3060',
  severity: 'info',
  requires: 'RUN cleans up after yarn install',
  why: 'yarn keeps a copy of each package that it downloads, which doubles the size of the layer.',
  check(file, report) {
    for (const run of file.runs) {
      const { commands, rangeOf } = run.script;
      const installing = commands.findIndex((command) => runs(command, 'yarn', 'install'));
      const cleaning = commands.findIndex((command) => runs(command, 'yarn', 'cache', 'clean'));
      const install = commands[installing];
      if (install === undefined || cleaning >= installing || !isShipped(file, run.stage)) continue;
      if (cleaning < 0 && hasScratchMount(run.instruction, '.cache/yarn')) continue;
      report({
        what: 'the cache of yarn stays in the layer',
        hint: `add && ${CLEANUP} to this RUN, or mount a cache on the directory of 'yarn cache dir'`,
        range: rangeOf(install),
        instruction: run.owner,
        savings: cacheSavings(file, run, CACHES.yarn),
        fix: cleaning < 0 ? appendCommand(run, CLEANUP) : undefined,
      });
    }
  },
});
