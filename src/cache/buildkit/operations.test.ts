import { expect, it } from 'vitest';
import type { ExecOp } from '../../graph/index.ts';
import { execDigests } from './operations.ts';

const AMD64 = { os: 'linux', architecture: 'amd64' };
const RUN: ExecOp = {
  ...{ kind: 'exec', args: ['/bin/sh', '-c', 'true'], env: [], cwd: '/', user: '' },
  ...{ network: 'host', security: 'sandbox', hostname: 'buildkitsandbox' },
  ...{ extraHosts: [], mounts: [], script: undefined, shmSize: undefined, ulimits: [] },
};

const digests = (change: Partial<ExecOp>) => execDigests({ ...RUN, ...change }, AMD64);

it('knows a RUN also where a variable that was set again went to the end', () => {
  const [asBuildkit] = digests({ env: ['B=2', 'C=3', 'A=1'] });
  expect(digests({ env: ['A=1', 'B=2', 'C=3'] })).toContain(asBuildkit);
  expect(digests({ env: ['A=1', 'B=2', 'C=4'] })).not.toContain(asBuildkit);
});

it.each<Partial<ExecOp>>([
  { security: 'insecure' },
  { shmSize: 1 },
  { extraHosts: [{ name: 'a', address: '1.2.3.4' }] },
  { script: { path: '/s', content: '' } },
  { mounts: [{ kind: 'tmpfs', target: '/t', size: undefined }] },
])('knows no RUN with %o', (change) => {
  expect(digests(change)).toEqual([]);
});

it('tells a network from none, and platforms apart', () => {
  const [one] = digests({});
  expect(digests({ network: 'none' })).not.toContain(one);
  expect(execDigests(RUN, { os: 'linux', architecture: 'arm64' })).not.toContain(one);
});
