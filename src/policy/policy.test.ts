/** Policies: the closest scope decides, names must agree, and what is not understood is an error. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseReference, withDefaultTag } from '../oci/index.ts';
import { agrees, decodePolicy, type IdentityMatch, requirementsOf } from './index.ts';

const KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ format: 'pem', type: 'spki' })
  .toString();
const accept = [{ type: 'insecureAcceptAnything' }];
const reject = [{ type: 'reject' }];
const signed = { type: 'sigstoreSigned', keyPath: 'cosign.pub' };

const decoded = (document: unknown) =>
  decodePolicy({ name: 'p.json', text: JSON.stringify(document), keyAt: () => KEY });
const reference = (text: string) => withDefaultTag(parseReference(text));
const DIGEST = `sha256:${'0a'.repeat(32)}`;

describe('the requirements of an image', () => {
  const policy = decoded({
    default: reject,
    transports: {
      docker: {
        'docker.io/library/debian:12': reject,
        'docker.io/library/debian': accept,
        'docker.io/library': reject,
        'example.com:5000/team': accept,
        [`quay.io/a/b@${DIGEST}`]: accept,
        '*.internal.example': accept,
      },
    },
  });

  it.each([
    ['debian:12', 'docker.io/library/debian:12', 'reject'],
    ['debian', 'docker.io/library/debian', 'accept'],
    ['debian-evil', 'docker.io/library', 'reject'],
    ['example.com:5000/team/app:1', 'example.com:5000/team', 'accept'],
    ['example.com:5000/teams/app:1', 'default', 'reject'],
    ['example.com/team/app:1', 'default', 'reject'],
    [`quay.io/a/b@${DIGEST}`, `quay.io/a/b@${DIGEST}`, 'accept'],
    ['quay.io/a/b:1', 'default', 'reject'],
    ['r.sub.internal.example/a', '*.internal.example', 'accept'],
    ['internal.example/a', 'default', 'reject'],
  ])('%s are those of %s', (name, scope, kind) => {
    expect(requirementsOf(policy, reference(name))).toMatchObject({
      scope,
      requirements: [{ kind }],
    });
  });
});

describe('a name in a signature', () => {
  const identity = (kind: 'exact' | 'repository' | 'repository-by-digest'): IdentityMatch => ({
    kind,
  });
  const remap: IdentityMatch = {
    kind: 'remap',
    prefix: 'mirror.example/hub',
    signedPrefix: 'docker.io',
  };
  it.each([
    [identity('repository'), 'docker.io/library/debian', 'debian:12', true],
    [identity('repository'), 'docker.io/library/alpine', 'debian:12', false],
    [identity('repository-by-digest'), 'debian', 'debian:12', false],
    [identity('repository-by-digest'), 'debian:12', 'debian:12', true],
    [identity('repository-by-digest'), 'debian', `debian@${DIGEST}`, true],
    [identity('exact'), 'debian:12', 'debian:12', true],
    [identity('exact'), 'debian', 'debian:12', false],
    [
      { kind: 'exact-repository', name: 'debian' } as const,
      'debian:11',
      'mirror.example/x:1',
      true,
    ],
    [{ kind: 'exact-reference', name: 'debian:11' } as const, 'debian:12', 'debian:12', false],
    [remap, 'docker.io/library/debian:12', 'mirror.example/hub/library/debian:12', true],
    [remap, 'docker.io/library/debian:12', 'mirror.example/hubs/library/debian:12', false],
    [identity('repository'), 'not a name!', 'debian:12', false],
  ])('%j: %s for %s: %s', (match, name, used, expected) => {
    expect(agrees(match, name, reference(used))).toBe(expected);
  });
});

describe('a policy that is not understood', () => {
  it.each([
    ['{', 'not JSON'],
    ['[]', 'not an object'],
    ['{}', 'default has no requirement'],
    [JSON.stringify({ default: [] }), 'no requirement'],
    [JSON.stringify({ default: [{ type: 'signedBy', keyPath: 'a' }] }), 'cannot verify'],
    [JSON.stringify({ default: [{ type: 'reject', unless: 1 }] }), 'unknown field "unless"'],
    [JSON.stringify({ default: reject, extra: 1 }), 'unknown field "extra"'],
    [JSON.stringify({ default: [{ type: 'sigstoreSigned' }] }), 'names no key'],
    [JSON.stringify({ default: [{ ...signed, fulcio: {} }] }), 'unknown field "fulcio"'],
    [
      JSON.stringify({ default: [{ ...signed, signedIdentity: { type: 'any' } }] }),
      'signedIdentity',
    ],
  ])('is refused: %s', (text, why) => {
    const file = { name: 'p.json', text, keyAt: () => KEY };
    expect(() => decodePolicy(file)).toThrow(why);
  });
});
