// Builds each example twice in separate stores, and shows which give the same image: npm run examples:verify [-- NAME…]
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { start, succeed } from './examples/lamina.mjs';
import { examples } from './examples/list.mjs';
import { Services } from './examples/services.mjs';
import { ExampleStore } from './examples/store.mjs';
import { installPackages, laminaProgram, root, run, say } from './host.mjs';
import { continueWithPinnedNode } from './pinned-node.mjs';

const EPOCH = '1700000000';

const asked = process.argv.slice(2);
const chosen = asked.length === 0 ? examples : examples.filter(({ name }) => asked.includes(name));

continueWithPinnedNode();
installPackages({ runc: 'runc', mmdebstrap: 'mmdebstrap' });
if (!existsSync(laminaProgram)) run(process.execPath, ['scripts/build.mjs']);

const services = new Services();
const surprises = [];
try {
  for (const example of chosen) {
    const report = await verify(example);
    const isSame = report.startsWith('reproducible');
    process.stdout.write(`\n${example.name}: ${report}`);
    if (example.reproducible === true && !isSame) surprises.push(example.name);
    if (!isSame && !/^layer \d+, .*\n {2}[~+-] \//m.test(report)) surprises.push(example.name);
  }
} finally {
  services.close();
}
if (surprises.length > 0) {
  process.stderr.write(`\nnot as expected: ${surprises.join(', ')}\n`);
  process.exitCode = 1;
}

/** @returns the last lines of `--verify` */
async function verify(example) {
  const { name, bases = [], prepare } = example;
  say(`${name}: twice`);
  const store = new ExampleStore();
  try {
    const all = ['debian:bookworm-slim', ...bases];
    for (const base of all) await succeed(['base', '--quiet', base]);
    const archive = join(store.directory, 'bases.tar');
    await succeed(['save', '-o', archive, ...all]);
    await succeed(['load', '--quiet', '-i', archive], store);
    const { args, env } = (await prepare?.(services)) ?? { args: [], env: {} };
    const words = ['build', '--verify', '--ca-certificates', 'host', '--progress=plain', ...args];
    const child = start([...words, `${root}examples/${name}`], {
      ...store.env,
      ...env,
      SOURCE_DATE_EPOCH: EPOCH,
    });
    let log = '';
    child.stderr.on('data', (data) => (log += data));
    child.stdin.end();
    await new Promise((done) => child.on('close', done));
    const at = log.search(/^(?:not )?reproducible: /m);
    if (at < 0) throw new Error(`${name}: the build failed:\n${log}`);
    return log.slice(at);
  } finally {
    store.remove();
  }
}
