import { expect, it } from 'vitest';
import type { Graph } from '../../graph/index.ts';
import type { LlbCopy, LlbNode } from '../../llb/index.ts';
import { hasMerge, refuseOldCaches, refuseTooOld } from './too-old.ts';

const graph: Graph = { vertices: new Map(), info: new Map() };
const builder = 'tcp://builder.test';

function git(attribute: string): LlbNode {
  const source = { identifier: 'git://host.test/a.git#main', attrs: { [attribute]: 'x' } };
  return { op: { source }, inputs: [], vertex: undefined };
}

it.each([
  ['git.checksum', 'v0.21.1', 'v0.22.0'],
  ['git.skipsubmodules', 'v0.23.2', 'v0.24.0'],
  ['git.fetchbycommit', 'v0.29.0', 'v0.30.0'],
])('refuses %s on %s, which would ignore it, and not on %s', (attribute, older, newer) => {
  expect(() => refuseTooOld(git(attribute), { graph, builder, version: older })).toThrow(
    expect.objectContaining({
      code: 'BUILDER_TOO_OLD',
      expected: `BuildKit ${newer.slice(1, -2)} or later`,
    }),
  );
  refuseTooOld(git(attribute), { graph, builder, version: newer });
});

it.each([
  ['git://host.test/a.git', 'https://host.test/a.git', 'the default branch'],
  ['git://host.test/a.git#:sub', 'https://host.test/a.git', 'a directory'],
  ['git://host.test/a.git#main:sub', 'https://host.test/a.git', 'a directory'],
  ['git://host.test/a.git#main', 'ssh://git@host.test/a.git', 'ssh:// addresses'],
])('refuses %s of %s on daemons that take another one: %s', (identifier, url, what) => {
  const op = { source: { identifier, attrs: { 'git.fullurl': url } } };
  const refuse = (version: string | undefined) => () =>
    refuseTooOld({ op, inputs: [], vertex: undefined }, { graph, builder, version });
  expect(refuse(undefined)).toThrow(what);
  expect(refuse('v0.9.0')).not.toThrow();
});

it('refuses symbolic modes on daemons that ignore them', () => {
  const copy: LlbCopy = {
    src: '/a',
    dest: '/b',
    modeStr: 'u+x',
    createDestPath: true,
    timestamp: -1,
  };
  const op = { file: { actions: [{ input: 0, secondaryInput: 1, output: 0, copy }] } };
  const refuse = (version: string) => () =>
    refuseTooOld({ op, inputs: [], vertex: undefined }, { graph, builder, version });
  expect(refuse('v0.16.0')).toThrow('too old for --chmod with symbols');
  expect(refuse('v0.17.0')).not.toThrow();
});

it('refuses caches that a daemon does not know', () => {
  const refuse = (type: string, version: string | undefined) => () =>
    refuseOldCaches(['registry', type], { builder, version });
  expect(refuse('gha', 'v0.19.0')).toThrow('too old for caches of the type gha');
  expect(refuse('s3', undefined)).toThrow('does not tell its version');
  for (const type of ['gha', 's3', 'azblob', 'local']) {
    expect(refuse(type, 'v0.20.0')).not.toThrow();
  }
});

it('takes a version that is no release for the newest', () => {
  expect(hasMerge('master-1234')).toBe(true);
  expect(hasMerge('v0.0.0+unknown')).toBe(true);
  expect(hasMerge('v0.9.3')).toBe(false);
});
