import { describe, expect, it } from 'vitest';
import { type MountSpec, mountRules } from './mounts.ts';

const OWNER = { uid: 1, gid: 2, mode: 0o700 };

const BIND: MountSpec = { kind: 'bind', target: '/t', input: 1, source: '/a', readonly: true };
const CACHE: MountSpec = {
  ...{ kind: 'cache', target: '/t', id: '/go', sharing: 'locked', readonly: false },
  ...{ input: 2, source: '/a', within: 'b', ...OWNER },
};
const TMPFS: MountSpec = { kind: 'tmpfs', target: '/t', size: 4096 };
const SECRET: MountSpec = {
  ...{ kind: 'secret', id: 's', target: '/t', env: 'S', required: true, ...OWNER },
};
const SSH: MountSpec = { kind: 'ssh', id: 'default', target: '/t', required: true, ...OWNER };

describe("the key of a step says of its mounts'", () => {
  it.each<readonly [string, MountSpec, Partial<Record<string, string>>]>([
    ['binds all but the path of the source', BIND, { source: '' }],
    [
      'caches all but which it is, who else has it, and the path of what it begins with',
      CACHE,
      { id: '', sharing: 'shared', source: '' },
    ],
    ['memory all', TMPFS, {}],
    ['secrets all', SECRET, {}],
    ['agents all', SSH, {}],
  ])('%s', (_, mount, leftOut) => {
    expect(mountRules(mount).keyed()).toEqual({ ...mount, ...leftOut });
  });

  it.each<readonly [MountSpec, unknown]>([
    [BIND, { input: 1, path: '/a' }],
    [CACHE, { input: 2, path: '/a' }],
    [{ ...CACHE, input: undefined }, undefined],
  ])('files the digest: %j', (mount, files) => {
    expect(mountRules(mount).files?.()).toEqual(files);
  });

  it.each([TMPFS, SECRET, SSH])('$kind no files', (mount) => {
    expect(mountRules(mount).files).toBeUndefined();
  });
});
