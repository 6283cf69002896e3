/** Formatting asks for the same builds: over every Dockerfile of the repository, and over made-up ones. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  constantFrom,
  oneof,
  property,
  tuple,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../src/errors.ts';
import { formatDockerfile } from '../src/format/index.ts';
import { reachable } from '../src/graph/index.ts';
import type { Digest } from '../src/oci/index.ts';
import { topics } from './conformance/topics.ts';
import { checkDockerfile } from './support/fuzz-target.ts';
import { AMD64, plan } from './support/plans.ts';

const ROOT = resolve(import.meta.dirname, '..');

function textsIn(directory: string, pattern: RegExp): readonly string[] {
  return readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
    .filter((path) => pattern.test(path) && !path.includes('node_modules'))
    .map((path) => readFileSync(join(ROOT, directory, path), 'utf8'));
}

const cases = topics.flatMap(({ cases: own }) =>
  own.map(({ dockerfile }) =>
    typeof dockerfile === 'string' ? dockerfile : Buffer.from(dockerfile).toString(),
  ),
);
const files = [
  ...cases,
  ...textsIn('examples', /Dockerfile[^/]*$/),
  ...textsIn('bench', /Dockerfile[^/]*$/),
  ...textsIn('test/fuzz-seeds', /\.dockerfile$/),
];

/** Definition digests, history and config of a build of every image; the error's code if there is no plan. */
async function planned(text: string): Promise<unknown> {
  try {
    const made = await plan(text, {
      resolveImage: async (name) => ({
        name,
        id: 'sha256:base' as Digest,
        config: { ...AMD64, config: {}, rootfs: { type: 'layers', diff_ids: [] } },
      }),
    });
    const ids = reachable(made.graph, [made.target]).map(({ id }) => id);
    return { ids, target: made.target, image: made.image };
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

describe('the formatted Dockerfiles of the repository', () => {
  it('have the same definition digests, history and config', async () => {
    let plans = 0;
    let changed = 0;
    for (const text of files) {
      const before = await planned(text);
      if (typeof before === 'string') continue;
      const formatted = formatDockerfile(text, { file: 'Dockerfile' });
      plans += 1;
      if (formatted.changed) changed += 1;
      expect(await planned(formatted.text)).toEqual(before);
    }
    expect(plans).toBeGreaterThan(200);
    expect(changed).toBeGreaterThan(100);
  });

  it('do not change when they are formatted again', () => {
    for (const text of files) checkDockerfile(text);
  });
});

const space = constantFrom(' ', '  ', '\t', ' \\\n', ' \\ \n  ', '\\\n', ' \\\n# c\n', ' \\\n\n ');
const word = constantFrom(
  ...['a', '/b/', 'x=1', 'y="p  q"', "z='\\'", '$a', `\${b:-c d}`, '#', '\\', '<<EOF', '&&', '"p'],
  ...['q"', '--', '\\ ', '`', "'"],
);
const words = array(tuple(space, word), { minLength: 1, maxLength: 5 }).map((all) =>
  all.flat().join(''),
);
const path = tuple(space, constantFrom('a', '/b/', '$c', '["d",', '"e"]', '<<EOF', '--link'));
const pair = tuple(space, constantFrom('x=1', 'y="p  q"', "z='a \\\n b'", 'p=\\ q', 'r='));
const element = tuple(space, constantFrom('"a"', '"b\\u0020"', '"\\\n"'), space).map((all) =>
  all.join(''),
);
const json = tuple(space, array(element, { minLength: 1, maxLength: 3 }), space).map(
  ([first, elements, last]) => `${first}[${elements.join(',')}${last}]`,
);
const several = (one: Arbitrary<readonly string[]>) =>
  array(one, { minLength: 2, maxLength: 4 }).map((all) => all.flat().join(''));
const body = oneof(
  tuple(constantFrom('run', 'CMD', 'Entrypoint', 'healthcheck cmd'), oneof(words, json)),
  tuple(constantFrom('copy', 'ADD', 'VOLUME'), oneof(several(path), json)),
  tuple(constantFrom('env', 'LABEL', 'Arg'), several(pair)),
  tuple(constantFrom('WORKDIR', 'user', 'onbuild run', 'EXPOSE 1'), words),
  tuple(constantFrom('FROM', 'from'), constantFrom(' a', '  a  as  b', ' \\\n a \\\n AS c')),
);
const end = constantFrom(
  '\n',
  '\n\n\n',
  '\r\n',
  ' \n',
  '\nbody  x\nEOF\n',
  '\n# c\n',
  ' \\\n# d\n',
);
const instruction = tuple(body, end).map(([[keyword, rest], last]) => keyword + rest + last);
const head = constantFrom('', '\n', '# escape=`\n', '\n# escape=`\n', '#syntax=a\n', '\ufeff');
const dockerfile = tuple(head, array(instruction, { maxLength: 3 })).map(
  ([first, rest]) => `${first}FROM a\n${rest.join('')}`,
);

describe('any text that parses', () => {
  it('formats to a text that means the same and does not change again', async () => {
    await assert(
      property(dockerfile, (text) => void checkDockerfile(text)),
      { numRuns: 3000 },
    );
  });

  it('formats to the same plan', async () => {
    let plans = 0;
    await assert(
      asyncProperty(dockerfile, async (text) => {
        const before = await planned(text);
        if (typeof before === 'string') return;
        plans += 1;
        expect(await planned(formatDockerfile(text, { file: 'Dockerfile' }).text)).toEqual(before);
      }),
      { numRuns: 1000 },
    );
    expect(plans).toBeGreaterThan(200);
  });
});
