// Optimizes naive Dockerfiles of many kinds, and checks what their tests do not use, too: npm run optimize:projects [-- NAME…]
import { existsSync } from 'node:fs';
import { projects } from '../test/optimize/list.mjs';
import { checkAnswer } from './examples/checks.mjs';
import { succeed } from './examples/lamina.mjs';
import { inCopy, inStoreWith, megabytes, optimized } from './examples/optimized.mjs';
import { installPackages, laminaProgram, root, run, say } from './host.mjs';
import { continueWithPinnedNode } from './pinned-node.mjs';

const BASE = 'debian:trixie-slim';

const asked = process.argv.slice(2);
const chosen = projects.filter(({ name }) => asked.length === 0 || asked.includes(name));

continueWithPinnedNode();
installPackages({ runc: 'runc', strace: 'strace', mmdebstrap: 'mmdebstrap' });
if (!existsSync(laminaProgram)) run(process.execPath, ['scripts/build.mjs']);

const rows = [];
await succeed(['base', '--quiet', BASE]);
// One store: projects with the same first steps share their layers.
await inStoreWith([BASE], async (env) => {
  for (const project of chosen) rows.push(await rowOf(project, env));
});
process.stdout.write(
  `| project | single stage | optimized | factor | kept | works |\n| --- | ---: | ---: | ---: | --- | --- |\n${rows.join('')}`,
);

async function rowOf(project, env) {
  const { name } = project;
  say(name);
  const faults = [];
  let measured;
  try {
    measured = await inCopy(`${root}test/optimize/${name}`, (copy) =>
      measure(project, copy, { env, faults }),
    );
  } catch (error) {
    faults.push(error.message);
  }
  for (const fault of faults) process.stderr.write(`${name}: ${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
  return row(name, measured, faults);
}

async function measure(project, context, { env, faults }) {
  const { answers, port: variable, expect, beyond } = project;
  const path = answers === 'http' ? '/' : undefined;
  const measured = await optimized(context, { dockerfile: 'Dockerfile', variable, path, env });
  await checkAnswer({ ...project, path }, 'optimized', { env, expected: expect });
  for (const [what, expected] of beyond) {
    try {
      await checkBeyond(project, what, { env, expected });
    } catch (error) {
      faults.push(error.message);
    }
  }
  return measured;
}

async function checkBeyond(project, what, { env, expected }) {
  if (project.answers === 'http') {
    return await checkAnswer({ ...project, path: what }, 'optimized', { env, expected });
  }
  const { stdout } = await succeed(['run', '--rm', 'optimized', ...what.split(' ')], { env });
  if (!stdout.includes(expected)) throw new Error(`should print "${expected}", not: ${stdout}`);
  process.stdout.write(`${what}: ${stdout.trim()}\n`);
}

function row(name, measured, faults) {
  if (measured === undefined) return `| ${name} |  |  |  |  | no |\n`;
  const { before, after, log } = measured;
  const kept = [...log.matchAll(/^kept +([\w, -]+)/gm)].map(([, change]) => change.trim());
  const cells = [name, megabytes(before), megabytes(after), `${(before / after).toPrecision(3)} ×`];
  return `| ${[...cells, kept.join(', '), faults.length === 0 ? 'yes' : 'no'].join(' | ')} |\n`;
}
