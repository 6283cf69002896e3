// Feeds mutated Dockerfiles to the parser and the formatter; started by `fuzz.mjs`. Seconds are CPU time.
// The first small text that reaches a new feature is kept in test/fuzz-seeds/, one per feature, and so is every text that fails.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = `${import.meta.dirname}/../`;
const seedDirectory = `${root}test/fuzz-seeds`;
const MAX_LENGTH = 20_000;
const MAX_KEPT = 2_000;
/** Larger inputs are used for fuzzing but not kept as seeds. */
const MAX_SEED = 400;

const NAMES = ['a', 'b', 'v', 'u', 'PATH', '_1', 'é', '9'];
const MODIFIERS = [':-', '-', ':+', '+', ':?', '?', '#', '##', '%', '%%', '/', ':', '^'];
const KEYWORDS = [
  ...[
    'FROM',
    'RUN',
    'COPY',
    'ADD',
    'ENV',
    'ARG',
    'LABEL',
    'USER',
    'WORKDIR',
    'EXPOSE',
    'VOLUME',
    'CMD',
  ],
  ...['ENTRYPOINT', 'SHELL', 'HEALTHCHECK', 'STOPSIGNAL', 'MAINTAINER', 'ONBUILD', 'run', 'RUM'],
];
const FLAGS = [
  ...[
    '--from=a',
    '--chown=1:2',
    '--chmod=u+x',
    '--link',
    '--parents',
    '--exclude=*.md',
    '--platform=$a',
  ],
  ...[
    '--checksum=sha256:a',
    '--keep-git-dir=true',
    '--unpack=false',
    '--network=none',
    '--security=insecure',
  ],
  ...[
    '--device=a,required',
    '--interval=5s',
    '--timeout=1h',
    '--start-period=1ms',
    '--start-interval=2s',
  ],
  ...['--retries=3', '--mount', '--', '--x="a b"', '--link=\\'],
];
const MOUNT_TYPES = ['bind', 'cache', 'tmpfs', 'secret', 'ssh', 'x', '$a'];
const MOUNT_KEYS = [
  ...[
    'target',
    'source',
    'from',
    'id',
    'sharing',
    'ro',
    'rw',
    'required',
    'mode',
    'uid',
    'gid',
    'size',
    'env',
  ],
  ...['dst', 'src', 'readonly', '"target', 'X'],
];
const TOKENS = [
  ...[
    '\\\n',
    '`\n',
    '\\',
    '\\\\',
    '`',
    '\n',
    '\r\n',
    '\r',
    '\n\n',
    '\n#',
    '# check=skip=all\n',
    '\ufeff',
  ],
  ...[
    '<<EOF',
    '<<-EOF',
    '<<"EOF"',
    "<<'EOF'",
    '3<<EOF',
    '<< EOF',
    '<<',
    '\nEOF\n',
    '\n\tEOF\n',
    '#!/bin/sh\n',
  ],
  ...[
    '${',
    '}',
    '$',
    '${a:-',
    '${v#',
    '${v/a/',
    '"',
    "'",
    '[',
    ']',
    '["',
    '"]',
    '=',
    ',',
    ' ',
    '\t',
    '--',
    ' AS ',
    '!',
  ],
  ...[
    'ONBUILD ',
    'FROM scratch\n',
    'NONE',
    'CMD ',
    '--mount=',
    '\0',
    '\u2028',
    '\u00a0',
    '\ud83d\ude00',
    '*',
    '?',
    '[^a-z]',
  ],
];
const HEADS = [
  ...[
    '# escape=`\n',
    '# syntax=docker/dockerfile:1\n',
    '# check=skip=A;error=true\n',
    '\ufeff# escape=\\\n',
  ],
  ...['#!/usr/bin/env x\n# syntax=a\n', '// syntax=a\n', '{"syntax": "a"}\n'],
];

const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } },
});
const random = generator(Number(options.seed));
const { checkDockerfile, topics } = await loadTarget();
const corpus = await startCorpus();
const origins = corpus.length;
const combinations = new Map();
const failures = new Map();
const seen = new Map();
for (const text of corpus) remember(text, tryText(text));

let runs = 0;
let bytes = 0;
let reported = 0;
let stopped = false;
process.once('SIGTERM', () => {
  stopped = true;
});
while (!stopped && cpuSeconds() < Number(options.seconds)) {
  const text = makeText();
  runs += 1;
  bytes += text.length;
  remember(text, tryText(text));
  // Signals arrive only when the loop pauses.
  if (runs % 1000 === 0) await setImmediate();
  if (cpuSeconds() - reported < 10) continue;
  reported = cpuSeconds();
  console.log(summary());
}
await saveSeeds();
console.log(summary());
process.exitCode = failures.size > 0 ? 1 : 0;

function summary() {
  return JSON.stringify({
    cpuSeconds: Math.round(cpuSeconds()),
    seed: Number(options.seed),
    runs,
    characters: bytes,
    startedWith: origins,
    corpus: corpus.length,
    features: seen.size,
    failures: failures.size,
  });
}

function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Bundled, since Node.js 22.15 does not read TypeScript without a warning. */
async function loadTarget() {
  const directory = await mkdtemp(join(tmpdir(), 'lamina-fuzz-'));
  const outfile = join(directory, 'target.mjs');
  try {
    await build({
      stdin: {
        contents: `export { checkDockerfile } from './test/support/fuzz-target.ts';
          export { topics } from './test/conformance/topics.ts';`,
        resolveDir: root,
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
      outfile,
    });
    return await import(outfile);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The examples, the conformance cases, and the seeds of earlier runs. */
async function startCorpus() {
  const texts = topics.flatMap(({ cases }) => cases.map((one) => decode(one.dockerfile)));
  for (const entry of await readdir(`${root}examples`, { recursive: true, withFileTypes: true })) {
    if (
      entry.isFile() &&
      entry.name.includes('Dockerfile') &&
      !entry.parentPath.includes('node_modules')
    ) {
      texts.push(await readFile(join(entry.parentPath, entry.name), 'utf8'));
    }
  }
  await mkdir(seedDirectory, { recursive: true });
  for (const name of (await readdir(seedDirectory)).sort()) {
    texts.push(await readFile(join(seedDirectory, name), 'utf8'));
  }
  return [...new Set(texts)].filter((text) => text.length <= MAX_LENGTH);
}

function tryText(text) {
  try {
    return checkDockerfile(text);
  } catch (error) {
    const name = `${error.name}: ${error.message}`.slice(0, 120);
    const known = failures.get(name);
    if (known === undefined)
      console.error(`FAILED ${JSON.stringify(text.slice(0, 2000))}\n${error.stack}`);
    if (known === undefined || text.length < known.length) failures.set(name, text);
    return new Set();
  }
}

/** New combinations of features make a text worth mutating further; only single features make it a seed. */
function remember(text, features) {
  let fresh = false;
  const all = [...features].sort();
  const combination = all.join(' ');
  if (!combinations.has(combination)) {
    combinations.set(combination, text);
    fresh = combinations.size <= MAX_KEPT;
  }
  for (const feature of all) {
    const best = seen.get(feature);
    if (best !== undefined && best.length <= text.length) continue;
    seen.set(feature, text);
    fresh ||= best === undefined;
  }
  if (fresh && corpus.length < MAX_KEPT + origins) corpus.push(text);
}

/** One seed per feature; a text with several features is written once. Seeds without a feature are removed. */
async function saveSeeds() {
  const names = new Map();
  for (const [feature, text] of [...seen].sort()) {
    // A text that is no longer UTF-8 would change when it is read again.
    const writable = text.length <= MAX_SEED && Buffer.from(text).toString() === text;
    if (writable && !names.has(text)) names.set(text, `${slug(feature)}.dockerfile`);
  }
  for (const [, text] of failures) names.set(text, `failure-${shortHash(text)}.dockerfile`);
  const kept = new Set(names.values());
  for (const name of await readdir(seedDirectory)) {
    if (!kept.has(name) && !name.startsWith('failure-')) await rm(join(seedDirectory, name));
  }
  for (const [text, name] of names) await writeFile(join(seedDirectory, name), text);
}

function slug(feature) {
  const plain = feature
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/-$/, '');
  return plain.length <= 60 ? plain : `${plain.slice(0, 50)}-${shortHash(feature)}`;
}

function shortHash(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function decode(dockerfile) {
  return typeof dockerfile === 'string' ? dockerfile : Buffer.from(dockerfile).toString();
}

function makeText() {
  let text = random(8) === 0 ? grown() : pick(corpus);
  for (let times = 1 + random(6); times > 0; times -= 1) text = mutated(text);
  return text.length > MAX_LENGTH ? text.slice(0, MAX_LENGTH) : text;
}

function mutated(text) {
  const at = random(text.length + 1);
  const length =
    random(4) === 0 ? random(text.length - at + 1) : random(Math.min(12, text.length - at + 1));
  const piece = text.slice(at, at + length);
  const head = text.slice(0, at);
  const tail = text.slice(at + length);
  switch (random(12)) {
    case 0:
      return head + tail;
    case 1:
      return head + piece.repeat(1 + random(length < 20 ? 40 : 3)) + tail;
    case 2:
      return head + pick(TOKENS) + text.slice(at);
    case 3:
      return head + pick(TOKENS) + tail;
    case 4:
      return head + character() + text.slice(at);
    case 5:
      return head + character() + text.slice(at + 1);
    case 6:
      return head + line() + text.slice(at);
    case 7:
      return withBytes(text);
    case 8: {
      const other = pick(corpus);
      return head + other.slice(random(other.length + 1));
    }
    case 9:
      return swapLines(text);
    case 10:
      return random(3) === 0
        ? text.replaceAll('\n', pick(['\r\n', '\\\n', '\r', '\n\n']))
        : head + word() + tail;
    default:
      return head + [...piece].reverse().join('') + tail;
  }
}

/** Changes bytes, as in a damaged file; invalid UTF-8 is decoded as lamina decodes files. */
function withBytes(text) {
  const buffer = Buffer.from(text);
  if (buffer.length === 0) return text;
  for (let times = 1 + random(4); times > 0; times -= 1) {
    buffer[random(buffer.length)] =
      random(2) === 0 ? random(256) : (buffer[random(buffer.length)] ?? 0) ^ (1 << random(8));
  }
  return buffer.toString();
}

function swapLines(text) {
  const lines = text.split('\n');
  const first = random(lines.length);
  const second = random(lines.length);
  [lines[first], lines[second]] = [lines[second], lines[first]];
  return lines.join('\n');
}

function grown() {
  let text = random(4) === 0 ? pick(HEADS) : '';
  text += random(5) === 0 ? '' : 'FROM a\n';
  for (let count = random(8); count > 0; count -= 1) text += line();
  return text;
}

function line() {
  const keyword = pick(KEYWORDS);
  let text = random(10) === 0 ? `ONBUILD ${keyword}` : keyword;
  while (random(3) === 0) text += ` ${flag()}`;
  if (random(6) === 0) text += ` ${json()}`;
  else for (let count = random(5); count > 0; count -= 1) text += `${blank()}${word()}`;
  return `${text}\n${random(5) === 0 ? `${word()}\nEOF\n` : ''}`;
}

function flag() {
  if (random(2) === 0) return pick(FLAGS);
  const fields = Array.from({ length: 1 + random(4) }, () => `${pick(MOUNT_KEYS)}=${word()}`);
  return `--mount=type=${pick(MOUNT_TYPES)},${fields.join(',')}`;
}

function json() {
  const items = Array.from({ length: random(4) }, () => JSON.stringify(word()));
  return `[${items.join(random(6) === 0 ? pick(TOKENS) : ', ')}]`;
}

function word(depth = 0) {
  switch (random(depth > 4 ? 5 : 12)) {
    case 0:
      return pick(TOKENS);
    case 1:
      return `$${pick(NAMES)}`;
    case 2:
      return `${pick(NAMES)}=${pick(NAMES)}`;
    case 3:
      return character();
    case 4:
      return pick(['/', './x', 'a/*', '80/tcp', '0644', 'u=rwX,go=', '1000:1000', '5s', 'HEAD']);
    case 5:
    case 6:
      return `\${${pick(NAMES)}${pick(MODIFIERS)}${word(depth + 1)}}`;
    case 7:
      return `\${${pick(NAMES)}${pick(['/', '//'])}${word(depth + 1)}/${word(depth + 1)}}`;
    case 8:
      return `"${word(depth + 1)}"`;
    case 9:
      return `'${word(depth + 1)}'`;
    default:
      return word(depth + 1) + word(depth + 1);
  }
}

function blank() {
  return random(6) === 0
    ? pick(['\t', '  ', ' \\\n', ' \\\n# c\n', ' `\n', '\\\r\n', '\u00a0', '\f'])
    : ' ';
}

function character() {
  if (random(3) > 0) return String.fromCharCode(32 + random(95));
  return String.fromCodePoint(
    pick([0, 9, 10, 13, 0x7f, 0x85, 0xa0, 0x2028, 0xfeff, 0xfffd, 0x1f600, random(0x800)]),
  );
}

function pick(list) {
  return list[random(list.length)];
}

/** A small random generator (xorshift), so that runs can be repeated. */
function generator(seed) {
  let state = (seed * 2654435761) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return limit <= 0 ? 0 : state % limit;
  };
}
