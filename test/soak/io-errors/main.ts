/** `npm run soak:disks -- [--failures N] [--seed N]` */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { staticBusybox } from '../kills.ts';
import { failDisks } from './io-errors.ts';

const { values } = parseArgs({
  options: {
    failures: { type: 'string' },
    seed: { type: 'string', default: '1' },
    command: { type: 'string', default: 'dist/bin/lamina.js' },
  },
});

const busybox = staticBusybox();
if (busybox === undefined)
  throw new Error('this needs a static busybox: apt-get install busybox-static');
const { failures, codes, faults } = await failDisks({
  ...{ command: resolve(values.command), busybox, seed: Number(values.seed) },
  most: values.failures === undefined ? undefined : Number(values.failures),
  onProgress: (done, of, found) => process.stdout.write(`${done} of ${of}, ${found} faults\n`),
});
for (const fault of faults) process.stdout.write(`FAULT ${fault}\n`);
for (const [code, count] of codes) process.stdout.write(`${count} times ${code}\n`);
process.stdout.write(`${failures} failures, seed ${values.seed}: ${faults.length} faults\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
