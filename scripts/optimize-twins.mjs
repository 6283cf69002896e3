// Optimizes the single-stage twin of each example, and compares with the hand-written Dockerfile: npm run optimize:twins [-- NAME…]
import { existsSync } from 'node:fs';
import { checkAnswer } from './examples/checks.mjs';
import { succeed } from './examples/lamina.mjs';
import { examples } from './examples/list.mjs';
import { inCopy, inStoreWith, megabytes, optimized, sizeOf, TRUST } from './examples/optimized.mjs';
import { Services } from './examples/services.mjs';
import { installPackages, laminaProgram, root, run, say } from './host.mjs';
import { continueWithPinnedNode } from './pinned-node.mjs';

/** At least this share of what the hand-written file saves. */
const LEAST_SHARE = 0.9;
/** The median of how many times smaller the images get. */
const LEAST_MEDIAN = 10;

const asked = process.argv.slice(2);
const chosen = examples.filter(({ name }) => asked.length === 0 || asked.includes(name));

continueWithPinnedNode();
installPackages({ runc: 'runc', strace: 'strace', mmdebstrap: 'mmdebstrap' });
if (!existsSync(laminaProgram)) run(process.execPath, ['scripts/build.mjs']);

const services = new Services();
const rows = [];
try {
  say('Creating the base images');
  for (const base of new Set(chosen.flatMap(basesOf))) await succeed(['base', '--quiet', base]);
  for (const example of chosen) rows.push({ example, ...(await measure(example)) });
  process.stdout.write(table());
  judge();
} catch (error) {
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
} finally {
  services.close();
}

function basesOf({ bases = [] }) {
  return ['debian:bookworm-slim', ...bases];
}

async function measure(example) {
  const { name, answers, path, port: variable, expect } = example;
  const extras = (await example.prepare?.(services)) ?? { args: [], naiveArgs: [], env: {} };
  const measureIn = async (copy, storeEnv) => {
    const env = { ...storeEnv, ...extras.env };
    say(`${name}: by hand`);
    await succeed(['build', ...TRUST, '-q', '-t', 'by-hand', ...extras.args, copy], { env });
    say(`${name}: optimized`);
    const measured = await optimized(copy, {
      ...{ dockerfile: 'Dockerfile.naive', args: extras.naiveArgs, variable, env },
      test: example.test,
      path: answers === 'http' ? path : undefined,
    });
    await checkAnswer(example, 'optimized', { env, expected: expect });
    return { ...measured, byHand: await sizeOf('by-hand', env) };
  };
  return await inStoreWith(basesOf(example), (env) =>
    inCopy(`${root}examples/${name}`, (copy) => measureIn(copy, env)),
  );
}

function shareOf({ before, byHand, after }) {
  return (before - after) / (before - byHand);
}

function table() {
  const lines = rows.map((row) => {
    const { example, before, byHand, after, seconds } = row;
    const cells = [
      ...[example.name, ...[before, after, byHand].map(megabytes)],
      ...[`${(before / after).toPrecision(3)} ×`, `${(shareOf(row) * 100).toFixed(1)} %`],
      `${seconds.toFixed(0)} s`,
    ];
    return `| ${cells.join(' | ')} |\n`;
  });
  return [
    '| example | single stage | optimized | by hand | factor | share of its saving | time |\n',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n',
    ...lines,
  ].join('');
}

/** Exits with 1 if the optimizer does less than it promises. */
function judge() {
  for (const row of rows) {
    if (shareOf(row) >= LEAST_SHARE) continue;
    process.stderr.write(`${row.example.name}: less than ${LEAST_SHARE * 100} % of the saving\n`);
    process.exitCode = 1;
  }
  const factors = rows.map(({ before, after }) => before / after).sort((a, b) => a - b);
  const median = factors[Math.floor((factors.length - 1) / 2)] ?? 0;
  process.stdout.write(`median: ${median.toPrecision(3)} times smaller\n`);
  if (asked.length === 0 && median < LEAST_MEDIAN) process.exitCode = 1;
}
