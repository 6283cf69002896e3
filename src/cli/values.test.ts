import { describe, expect, it } from 'vitest';
import {
  byteSize,
  hostAlias,
  keyValues,
  labels,
  networkMode,
  outputSpec,
  sourceDateEpoch,
  ulimit,
} from './values.ts';

describe('outputSpec', () => {
  it.each([
    ['out', { type: 'local', dest: 'out', attrs: {} }],
    ['-', { type: 'tar', dest: '-', attrs: {} }],
    ['type=oci,dest=a.tar', { type: 'oci', dest: 'a.tar', attrs: {} }],
    ['type=oci', { type: 'oci', dest: '-', attrs: {} }],
    ['type=docker', { type: 'docker', attrs: {} }],
    ['type=registry', { type: 'registry', attrs: {} }],
    ['type=cacheonly', { type: 'cacheonly', attrs: {} }],
    ['type=image,push', { type: 'image', attrs: { push: '' } }],
    ['type=image,PUSH=true', { type: 'image', attrs: { push: 'true' } }],
    [
      'type=oci,dest=x,Annotation-Index.a.B=C=d',
      { type: 'oci', dest: 'x', attrs: { 'annotation-index.a.B': 'C=d' } },
    ],
    ['type=docker,dest=d.tar', { type: 'docker', dest: 'd.tar', attrs: {} }],
    ['type=image,name=a:b', { type: 'image', name: 'a:b', attrs: {} }],
    ['type=local,dest=out', { type: 'local', dest: 'out', attrs: {} }],
    ['type=tar,"dest=a,b.tar"', { type: 'tar', dest: 'a,b.tar', attrs: {} }],
    [
      'type=oci,dest=x,compression=gzip',
      { type: 'oci', dest: 'x', attrs: { compression: 'gzip' } },
    ],
  ])('reads %s', (text, expected) => {
    const isShort = !text.includes('=');
    expect(outputSpec(text)).toEqual(isShort ? expected : { ...expected, text });
  });

  it.each(['type=locl,dest=x', 'dest=x', 'type=local', 'type=local,dest=-', 'type=oci,dest='])(
    'refuses %s',
    (text) => {
      expect(() => outputSpec(text)).toThrow(`invalid value ${JSON.stringify(text)} for --output`);
    },
  );
});

describe('values of flags', () => {
  it('takes a name without a value from the environment, and leaves out what it lacks', () => {
    const env = { SET: 'from outside' };
    expect(keyValues(['A=1', 'B=', 'C=x=y', 'SET', 'UNSET'], '--build-arg', env)).toEqual({
      A: '1',
      B: '',
      C: 'x=y',
      SET: 'from outside',
    });
    expect(() => keyValues(['=x'], '--build-arg', env)).toThrow('invalid value "=x"');
  });

  it('gives a label without a value an empty one', () => {
    expect(labels(['a=1', 'b'])).toEqual({ a: '1', b: '' });
  });

  it.each([
    ['db:10.0.0.1', 'db', '10.0.0.1'],
    ['db=10.0.0.1', 'db', '10.0.0.1'],
    ['six=::1', 'six', '::1'],
    ['six:[fe80::1]', 'six', 'fe80::1'],
    ['me:host-gateway', 'me', 'host-gateway'],
  ])('reads the host %s', (text, name, address) => {
    expect(hostAlias(text)).toEqual({ name, address });
  });

  it.each(['db', 'db:', 'db=elsewhere', '=1.2.3.4'])('refuses the host %j', (text) => {
    expect(() => hostAlias(text)).toThrow('invalid value');
  });

  it.each([
    ['64m', 64 * 1024 ** 2],
    ['1g', 1024 ** 3],
    ['1.5KiB', 1536],
    ['100', 100],
    ['2MB', 2 * 1024 ** 2],
  ])('reads the size %s', (text, bytes) => {
    expect(byteSize(text, '--shm-size')).toBe(bytes);
  });

  it('reads limits', () => {
    expect(ulimit('nofile=1024:2048')).toEqual({ name: 'nofile', soft: 1024, hard: 2048 });
    expect(ulimit('core=0')).toEqual({ name: 'core', soft: 0, hard: 0 });
    expect(() => ulimit('nofile')).toThrow('invalid value');
  });

  it('knows the networks there are', () => {
    expect([undefined, 'default', 'host', 'none'].map(networkMode)).toEqual([
      undefined,
      undefined,
      'host',
      'none',
    ]);
    expect(['private', 'bridge'].map(networkMode)).toEqual(['private', 'private']);
    expect(() => networkMode('overlay')).toThrow(expect.objectContaining({ code: 'CLI_NOT_YET' }));
  });

  it('takes whole seconds for SOURCE_DATE_EPOCH', () => {
    expect(sourceDateEpoch(undefined)).toBeUndefined();
    expect(sourceDateEpoch('')).toBeUndefined();
    expect(sourceDateEpoch('0')).toBe(0);
    expect(() => sourceDateEpoch('yesterday')).toThrow('SOURCE_DATE_EPOCH is not a number');
  });
});
