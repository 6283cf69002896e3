// Feeds mutated bytes to the decoders of what strangers write; started by `fuzz.mjs`. Seconds are CPU time, for each target. The first small input of each outcome is kept in test/fuzz-decoder-seeds/TARGET, and every
// input that fails.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = `${import.meta.dirname}/../`;
const seedDirectory = `${root}test/fuzz-decoder-seeds`;
const MAX_LENGTH = 20_000;
/** Larger inputs are used for fuzzing but not kept. */
const MAX_SEED = 4_100;
const MAX_POOL = 500;

/** What decoders look for. */
const PIECES = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '\0',
  '\n',
  '/',
  '..',
  '!',
  '*',
  '**',
  '@sha256:',
  'null',
  '-1',
  '1e999',
  '\u{1f600}',
  '__proto__',
];

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string', multiple: true, default: [] },
  },
});

const { DECODERS, checkDecoder } = await load();
let state = BigInt(values.seed) * 2_654_435_761n + 1n;
const targets = values.target.length > 0 ? values.target : Object.keys(DECODERS);
const unknown = targets.filter((target) => !Object.hasOwn(DECODERS, target));
if (unknown.length > 0) {
  const known = ['dockerfile', ...Object.keys(DECODERS)].join(', ');
  console.error(`there is no target ${unknown.join(', ')}: ${known}`);
  process.exit(2);
}
let failures = 0;
for (const target of targets) failures += await fuzz(target);
process.exitCode = failures === 0 ? 0 : 1;

/** xorshift64: the same inputs for the same seed. */
function random(limit) {
  state ^= (state << 13n) & 0xffff_ffff_ffff_ffffn;
  state ^= state >> 7n;
  state ^= (state << 17n) & 0xffff_ffff_ffff_ffffn;
  return Number(state % BigInt(limit));
}

async function fuzz(target) {
  const directory = join(seedDirectory, target);
  await mkdir(directory, { recursive: true });
  const pool = [];
  for (const name of (await readdir(directory)).sort())
    pool.push(await readFile(join(directory, name)));
  if (pool.length === 0) pool.push(Buffer.from('{}'));
  const seen = new Set();
  for (const bytes of pool) seen.add((await outcome(target, bytes)).text);
  const end = cpuTime() + Number(values.seconds) * 1e6;
  let [inputs, failed] = [0, 0];
  while (cpuTime() < end) {
    const bytes = mutated(pool);
    inputs++;
    const { text, error } = await outcome(target, bytes);
    if (seen.has(text)) continue;
    seen.add(text);
    pool.push(bytes);
    if (pool.length > MAX_POOL) pool.splice(random(pool.length), 1);
    if (error !== undefined) failed++;
    if (error === undefined && bytes.length > MAX_SEED) continue;
    // One input for each failure.
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
    const name = error === undefined ? `seed-${hash}` : `failed-${hash}`;
    await writeFile(join(directory, name), bytes);
    if (error !== undefined) console.error(`${target}: ${name}: ${error.stack}`);
  }
  console.log(`${target}: ${inputs} inputs, ${seen.size} outcomes, ${failed} failures`);
  return failed;
}

/** Microseconds. */
function cpuTime() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

async function outcome(target, bytes) {
  try {
    return { text: await checkDecoder(target, bytes) };
  } catch (error) {
    // Numbers would make a failure look new each time.
    return { text: `failed: ${error.message.replaceAll(/\d+/g, 'N')}`, error };
  }
}

function mutated(pool) {
  let bytes = Buffer.from(pool[random(pool.length)]);
  for (let count = 1 + random(6); count > 0; count--) bytes = change(bytes, pool);
  return bytes.subarray(0, MAX_LENGTH);
}

function change(bytes, pool) {
  const at = random(bytes.length + 1);
  const until = Math.min(bytes.length, at + random(64));
  switch (random(7)) {
    case 0:
      if (at < bytes.length) bytes[at] ^= 1 << random(8);
      return bytes;
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(until)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, until), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(PIECES[random(PIECES.length)]),
        bytes.subarray(at),
      ]);
    case 4: {
      const other = pool[random(pool.length)];
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random(other.length + 1))]);
    }
    case 5:
      return withChecksum(bytes);
    default:
      bytes.fill(random(256), at, until);
      return bytes;
  }
}

/** A tar header with a wrong checksum leads nowhere: make that of one block right. */
function withChecksum(bytes) {
  const block = random(Math.max(1, Math.floor(bytes.length / 512))) * 512;
  if (bytes.length < block + 512) return bytes;
  const header = bytes.subarray(block, block + 512);
  header.write('        ', 148, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}

async function load() {
  const directory = await mkdtemp(join(tmpdir(), 'lamina-fuzz-'));
  try {
    const outfile = join(directory, 'target.mjs');
    await build({
      entryPoints: [`${root}test/support/fuzz-decoders.ts`],
      ...{ bundle: true, platform: 'node', format: 'esm', logLevel: 'error', outfile },
      external: ['koffi'],
      // The package yaml requires built-in modules.
      banner: {
        js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
      },
    });
    return await import(outfile);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
