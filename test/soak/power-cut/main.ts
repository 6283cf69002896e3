/** `npm run soak:power -- [--states N] [--seed N]` */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { staticBusybox } from '../kills.ts';
import { cutPower } from './power-cuts.ts';

const { values } = parseArgs({
  options: {
    states: { type: 'string' },
    seed: { type: 'string', default: '1' },
    command: { type: 'string', default: 'dist/bin/lamina.js' },
    library: { type: 'string', default: 'dist/lib/index.js' },
  },
});

const busybox = staticBusybox();
if (busybox === undefined)
  throw new Error('this needs a static busybox: apt-get install busybox-static');
const { changes, states, mended, faults } = await cutPower({
  ...{ command: resolve(values.command), library: resolve(values.library), busybox },
  ...{
    seed: Number(values.seed),
    most: values.states === undefined ? undefined : Number(values.states),
  },
  onProgress: (done, of, found) => process.stdout.write(`${done} of ${of}, ${found} faults\n`),
});
for (const [what, count] of mended) process.stdout.write(`mended ${count} times: ${what}\n`);
for (const fault of faults) process.stdout.write(`FAULT ${fault}\n`);
process.stdout.write(
  `${states} states after ${changes} changes, seed ${values.seed}: ${faults.length} faults\n`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
