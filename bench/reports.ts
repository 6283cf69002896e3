/**
 * `npm run bench:reports -- [--times n] [image…]`: reports on large images, from OCI layouts that nothing has read before,
 * against the limits of the project.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { laminaCommand, OWN } from './builders/lamina.ts';
import { type LargeImage, writeLargeImage } from './large-image.ts';
import { type Measurement, median, run } from './measure.ts';

interface Scenario extends LargeImage {
  readonly name: string;
  /** Limits of the project, for a machine that does nothing else. */
  readonly seconds: number;
  readonly megabytes: number;
}

const SCENARIOS: readonly Scenario[] = [
  {
    ...{ name: 'million', files: 1_000_000, layers: 120, bytes: 300e6 },
    ...{ seconds: 10, megabytes: 500 },
  },
  {
    ...{ name: 'wide', files: 33_000, layers: 4, bytes: 350e6 },
    ...{ seconds: 2, megabytes: 500 },
  },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { times: { type: 'string', short: 'n', default: '3' } },
});

const directory = mkdtempSync(join(tmpdir(), 'lamina-images-'));
try {
  process.stdout.write(
    '| image | wall | CPU | memory | limits |\n| --- | --- | --- | --- | --- |\n',
  );
  for (const scenario of SCENARIOS) {
    const isWanted = positionals.length === 0 || positionals.includes(scenario.name);
    if (isWanted) process.stdout.write(row(scenario, await measure(scenario)));
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function measure(scenario: Scenario): Promise<Measurement[]> {
  const layout = join(directory, scenario.name);
  await writeLargeImage(layout, scenario);
  const measurements: Measurement[] = [];
  for (let turn = 0; turn < Number(values.times); turn++) {
    const args = ['report', '--format', 'json', `oci:${layout}`];
    const command = laminaCommand(OWN, join(directory, 'store'), ...args);
    measurements.push(await run(command, { usageFile: join(directory, 'usage') }));
  }
  rmSync(layout, { recursive: true, force: true });
  return measurements;
}

function row(scenario: Scenario, measurements: readonly Measurement[]): string {
  const { name, files, layers, seconds, megabytes } = scenario;
  const of = (figure: (one: Measurement) => number | undefined) =>
    median(measurements.map((one) => figure(one) ?? Number.NaN));
  const title = `${name}: ${files.toLocaleString('en-US')} files in ${layers} layers`;
  const wall = of((one) => one.seconds).toFixed(1);
  const cpu = of(({ usage }) => usage?.cpuSeconds).toFixed(1);
  const memory = Math.round(of(({ usage }) => usage?.peakKb) / 1000);
  return `| ${title} | ${wall} s | ${cpu} s | ${memory} MB | ${seconds} s, ${megabytes} MB |\n`;
}
