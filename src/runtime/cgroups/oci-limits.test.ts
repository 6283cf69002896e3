import { expect, test } from 'vitest';
import { hierarchyFor } from './hierarchies.ts';
import { controllersFor, ociLimits } from './oci-limits.ts';

const MEGABYTE = 1024 * 1024;

test('nothing is said of what is not limited', () => {
  expect(ociLimits({}, true)).toEqual({});
  expect(controllersFor({})).toEqual([]);
});

test('memory and swap together are twice the memory, where there is swap', () => {
  const memory = 64 * MEGABYTE;
  expect(ociLimits({ memory }, true)).toEqual({ memory: { limit: memory, swap: 2 * memory } });
  expect(ociLimits({ memory }, false)).toEqual({ memory: { limit: memory } });
  const wanted = { memory, memorySwap: -1 };
  expect(ociLimits(wanted, true)).toEqual({ memory: { limit: memory, swap: -1 } });
});

test('each limit names its controller', () => {
  expect(controllersFor({ cpuQuota: 1, cpusetCpus: '0', pids: 5 })).toEqual([
    'cpu',
    'cpuset',
    'pids',
  ]);
});

const legacy = new Map([
  ['memory', '/m'],
  ['cpu', '/c'],
]);

test.each([
  ['v2', { unified: true, controllers: ['memory', 'pids'], legacy: new Map(), covered: false }],
  ['v1', { unified: false, controllers: [], legacy, covered: false }],
] as const)('limits are kept by what is at /sys/fs/cgroup: %s', (_, { controllers, ...rest }) => {
  const hierarchies = { ...rest, controllers: new Set<string>(controllers) };
  expect(hierarchyFor(hierarchies, ['memory'])).toEqual({ kind: 'visible' });
  expect(hierarchyFor(hierarchies, ['memory', 'cpuset'])).toEqual({
    kind: 'missing',
    names: ['cpuset'],
  });
});

test('on a hybrid machine limits are kept by what our own mount covers', () => {
  const hybrid = { unified: true, controllers: new Set(['hugetlb']), legacy, covered: true };
  expect(hierarchyFor(hybrid, [])).toEqual({ kind: 'visible' });
  expect(hierarchyFor(hybrid, ['memory', 'cpu'])).toEqual({ kind: 'legacy' });
  expect(hierarchyFor(hybrid, ['pids'])).toEqual({ kind: 'missing', names: ['pids'] });
});
