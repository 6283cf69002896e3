/** `BUILDKITD=/path/of/buildkitd npm run soak:nodes -- [--targets N] [--nodes N]` */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { staticBusybox } from '../kills.ts';
import { bakeOnNodes } from './nodes.ts';

const { values } = parseArgs({
  options: {
    targets: { type: 'string', default: '50' },
    nodes: { type: 'string', default: '3' },
    only: { type: 'string', default: 'one,many,killed,stopped' },
  },
});
const program = process.env.BUILDKITD ?? 'buildkitd';
const busybox = staticBusybox();
if (busybox === undefined) {
  throw new Error('this needs a static busybox: apt-get install busybox-static');
}
const targets = Number(values.targets);
const nodes = Number(values.nodes);
const runs = {
  one: { title: 'one daemon', nodes: 1 },
  many: { title: `${nodes} daemons`, nodes },
  killed: { title: `${nodes} daemons, one killed`, nodes, failure: 'SIGKILL' },
  stopped: { title: `${nodes} daemons, one silent`, nodes, failure: 'SIGSTOP' },
} as const;
let faults = 0;
for (const [name, { title, ...run }] of Object.entries(runs)) {
  if (!values.only.split(',').includes(name)) continue;
  const directory = mkdtempSync(join(tmpdir(), 'lamina-nodes-'));
  const report = await bakeOnNodes({ program, busybox, directory, targets, ...run });
  const { seconds, status, wrong, begun, log } = report;
  const isRight = status === 0 && wrong.length === 0;
  const where = Object.entries(begun)
    .sort()
    .map(([node, count]) => `${node}: ${count}`);
  process.stdout.write(
    `${title}: ${targets} targets in ${seconds.toFixed(1)} s, exit status ${status}, ${wrong.length} wrong` +
      `${where.length === 0 ? '' : ` (${where.join(', ')})`}\n`,
  );
  if (isRight) {
    rmSync(directory, { recursive: true, force: true });
    continue;
  }
  faults++;
  writeFileSync(join(directory, 'lamina.log'), log);
  process.stdout.write(`kept in ${directory}\n`);
}
process.exitCode = faults === 0 ? 0 : 1;
