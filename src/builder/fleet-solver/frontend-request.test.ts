import { expect, it } from 'vitest';
import type { BuildOptions } from '../../api/index.ts';
import { frontendAttributes } from './frontend-request.ts';

const attributesOf = (options: Partial<BuildOptions>) =>
  frontendAttributes({ context: '.', ...options }, 'Dockerfile');

it('tells the frontend what was asked for, and nothing else', () => {
  expect(attributesOf({})).toEqual({ filename: 'Dockerfile' });
  expect(
    attributesOf({
      target: 'app',
      platforms: ['linux/amd64', 'linux/arm64'],
      noCache: true,
      pull: true,
      network: 'none',
      addHosts: [{ name: 'a', address: '1.2.3.4' }],
      buildArgs: { X: 'y' },
      labels: { l: '' },
      buildContexts: { base: 'docker-image://r.io/a' },
    }),
  ).toEqual({
    filename: 'Dockerfile',
    target: 'app',
    platform: 'linux/amd64,linux/arm64',
    'no-cache': '',
    'image-resolve-mode': 'pull',
    'force-network-mode': 'none',
    'add-hosts': 'a=1.2.3.4',
    'build-arg:X': 'y',
    'label:l': '',
    'context:base': 'docker-image://r.io/a',
  });
});

it.each<Partial<BuildOptions>>([
  { squash: 'all' },
  { policy: 'policy.json' },
  { attestations: [{ type: 'sbom' }] },
  { dockerfile: '-' },
  { context: 'https://github.com/a/b.git' },
  { buildContexts: { other: '../other' } },
  { network: 'private' },
])('refuses what it cannot hand over: %o', (options) => {
  expect(() => attributesOf(options)).toThrow('--frontend=remote does not support');
});
