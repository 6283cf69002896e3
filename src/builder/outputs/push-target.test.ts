import { expect, it } from 'vitest';
import type { BuildOptions } from '../../api/index.ts';
import { pushTargetOf } from './push-target.ts';

const PUSH = { type: 'registry', attrs: {} } as const;

function targetOf(options: Partial<BuildOptions>) {
  return pushTargetOf({ context: '.', tags: ['r.io/a/b:1'], outputs: [PUSH], ...options });
}

it('is the repository of the first name, if the image is only pushed', () => {
  expect(targetOf({ outputs: [PUSH, { type: 'cacheonly', attrs: {} }] })).toMatchObject({
    repository: { registry: 'r.io', repository: 'a/b' },
    encoding: { compression: 'gzip' },
    insecure: false,
  });
  const attrs = { push: 'true', 'registry.insecure': 'true', compression: 'zstd' };
  expect(targetOf({ outputs: [{ type: 'image', attrs }] })).toMatchObject({
    encoding: { compression: 'zstd' },
    insecure: true,
  });
});

it.each<[string, Partial<BuildOptions>]>([
  ['nothing is pushed', { outputs: [] }],
  ['files are written', { outputs: [PUSH, { type: 'local', attrs: {}, dest: 'out' }] }],
  ['times are rewritten', { sourceDateEpoch: 1 }],
  ['layers are squashed', { squash: 'all' }],
  ['the layers are eStargz', { outputs: [{ ...PUSH, attrs: { compression: 'estargz' } }] }],
  [
    'the base image is compressed again',
    { outputs: [{ ...PUSH, attrs: { 'force-compression': 'true' } }] },
  ],
])('is none if %s: layers are needed here', (_, options) => {
  expect(targetOf(options)).toBeUndefined();
});
