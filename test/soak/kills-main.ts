/** `npm run soak:kills -- [--kills N] [--at-changes N] [--seed N]` */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { killMany, staticBusybox } from './kills.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '500' },
    'at-changes': { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    command: { type: 'string', default: 'dist/bin/lamina.js' },
  },
});

const busybox = staticBusybox();
if (busybox === undefined)
  throw new Error('this needs a static busybox: apt-get install busybox-static');
const report = await killMany({
  ...{ command: resolve(values.command), busybox, seed: Number(values.seed) },
  ...{ kills: Number(values.kills), atChanges: Number(values['at-changes']) },
  onProgress: (kills, faults) => process.stdout.write(`${kills} kills, ${faults} faults\n`),
});
const { killed, killedAtChanges, faults, directory } = report;
process.stdout.write(
  `${killed} commands killed, ${killedAtChanges} of them at changes of the store, seed ${values.seed}: ` +
    `${faults.length === 0 ? 'no fault' : `${faults.length} faults, kept in ${directory}\n${faults.join('\n')}`}\n`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
