/** `npm run soak:disks -- [--failures N] [--losses N] [--seed N]` */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { staticBusybox } from '../kills.ts';
import { failDisks } from './io-errors.ts';
import { loseDisks } from './lost-disks.ts';

const { values } = parseArgs({
  options: {
    failures: { type: 'string' },
    losses: { type: 'string' },
    seed: { type: 'string', default: '1' },
    command: { type: 'string', default: 'dist/bin/lamina.js' },
  },
});

const busybox = staticBusybox();
if (busybox === undefined)
  throw new Error('this needs a static busybox: apt-get install busybox-static');
const settings = {
  ...{ command: resolve(values.command), busybox, seed: Number(values.seed) },
  onProgress: (done: number, of: number, found: number) =>
    process.stdout.write(`${done} of ${of}, ${found} faults\n`),
};
const most = (value: string | undefined) => (value === undefined ? undefined : Number(value));
const failed = await failDisks({ ...settings, most: most(values.failures) });
tell(failed.codes, failed.faults);
process.stdout.write(
  `${failed.failures} failures, seed ${values.seed}: ${failed.faults.length} faults\n`,
);
const lost = await loseDisks({ ...settings, most: most(values.losses) });
tell(lost.codes, lost.faults);
process.stdout.write(
  `${lost.losses} lost disks, ${lost.mended} mended, seed ${values.seed}: ${lost.faults.length} faults\n`,
);
process.exitCode = failed.faults.length + lost.faults.length === 0 ? 0 : 1;

function tell(codes: ReadonlyMap<string, number>, faults: readonly string[]): void {
  for (const fault of faults) process.stdout.write(`FAULT ${fault}\n`);
  for (const [code, count] of codes) process.stdout.write(`${count} times ${code}\n`);
}
