/** `npm run bench -- [option…] [row…]`: compares lamina with other builders on the same inputs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { OWN } from './builders/lamina.ts';
import { chart } from './chart.ts';
import { compare, type RowFigures } from './compare.ts';
import { familiesOf } from './growth.ts';
import { installFor } from './install.ts';
import { rows } from './rows/index.ts';
import { growthText, rowTable, tableHead } from './table.ts';
import { Workbench } from './workbench.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    times: { type: 'string', short: 'n' },
    scale: { type: 'string', default: '1' },
    without: { type: 'string', multiple: true },
    node: { type: 'string', multiple: true },
    'no-check': { type: 'boolean' },
    svg: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});

if (values.help === true) write(usage());
else await main();

async function main(): Promise<void> {
  const unknown = positionals.find((name) => !rows.some((row) => row.name === name));
  if (unknown !== undefined) throw new Error(`no row '${unknown}'\n${usage()}`);
  const wanted = rows.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const directory = mkdtempSync(join(tmpdir(), 'lamina-bench-install-'));
  try {
    const { node } = values;
    const installations = node === undefined ? [OWN] : await installFor(node, directory);
    await using bench = await Workbench.open({ installations, without: values.without });
    const { absent, builders } = bench;
    const versions = builders.map(({ name, version }) => `${name} ${version}`).join(', ');
    const about = [machine(), versions];
    write(`${about.join('\n')}\n`);
    for (const reason of absent) write(`not measured: ${reason}\n`);
    write(tableHead());
    const results: RowFigures[] = [];
    for (const row of wanted) {
      const figures = await compare(bench, row, {
        times: values.times === undefined ? row.times : Number(values.times),
        scale: Number(values.scale),
        check: values['no-check'] !== true,
      });
      write(rowTable(figures));
      results.push(figures);
    }
    const families = familiesOf(results);
    write(growthText(families));
    if (values.svg !== undefined) writeFileSync(values.svg, chart(families, about));
    write(
      `written to ${keep({ about, absent, scale: Number(values.scale), results, families })}\n`,
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function usage(): string {
  const lines = rows.map(({ name, title }) => `  ${name.padEnd(15)} ${title}\n`);
  return `npm run bench -- [option…] [row…]

  -n, --times N    rounds, instead of each row's own number
  --scale F        factor of the numbers of files, steps and bytes
  --without NAME   leave a builder out: BuildKit, Docker, buildah, podman, bare node, least work
  --node PATH      measure lamina as installed from its package, with this Node.js; can be repeated
  --no-check       do not compare the files of the images
  --svg FILE       draw the curves

${lines.join('')}`;
}

function machine(): string {
  const [cpu] = cpus();
  const load = loadavg()[0]?.toFixed(1);
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpu?.model.trim()}, ${memory} GiB, Linux ${release()}, load ${load}`;
}

function keep(report: object): string {
  const directory = join(process.env.PROGRAM_DIRECTORY ?? '.', 'results');
  mkdirSync(directory, { recursive: true });
  const time = new Date().toISOString();
  const file = join(directory, `${time.replaceAll(':', '-')}.json`);
  writeFileSync(file, `${JSON.stringify({ time, ...report }, undefined, 2)}\n`);
  return file;
}

function write(text: string): void {
  process.stdout.write(text);
}
