import { describe, expect, it } from 'vitest';
import { type DaemonAddress, parseAddress } from './address.ts';
import { commandOf } from './command.ts';

describe('an address', () => {
  it.each<[string, DaemonAddress]>([
    ['unix:///run/b/s.sock', { kind: 'unix', path: '/run/b/s.sock' }],
    ['tcp://host.example', { kind: 'tcp', host: 'host.example', port: 1234 }],
    ['tcp://[::1]:99', { kind: 'tcp', host: '::1', port: 99 }],
    ['ssh://host', { kind: 'ssh', host: 'host', port: undefined, socket: undefined }],
    [
      'ssh://me@host:22/run/b.sock',
      { kind: 'ssh', host: 'me@host', port: '22', socket: '/run/b.sock' },
    ],
    ['docker://', { kind: 'docker', host: undefined }],
    ['docker:///run/docker.sock', { kind: 'docker', host: 'unix:///run/docker.sock' }],
    ['docker://host:2375', { kind: 'docker', host: 'tcp://host:2375' }],
    ['docker-container://my_kit', { kind: 'container', name: 'my_kit', context: undefined }],
    [
      'kube-pod://kit-0?namespace=ci&container=buildkitd',
      { kind: 'pod', name: 'kit-0', namespace: 'ci', container: 'buildkitd', context: undefined },
    ],
  ])('%s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it.each([
    'buildkitd',
    '/run/buildkit.sock',
    'unix://relative',
    'http://host',
    'tcp://',
    'ssh://-oProxyCommand=id',
    'ssh://-lroot@host',
    'docker-container://',
    'docker-container://-v',
    'kube-pod://-A',
  ])('is not %s', (text) => {
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'BUILDER_ADDRESS' }));
  });

  it('with a command passes names as arguments, never as options or to a shell', () => {
    const address = parseAddress('ssh://me@host:2222/run/b.sock');
    if (address.kind !== 'ssh') throw new Error('not ssh');
    expect(commandOf(address)).toEqual([
      ...['ssh', '-o', 'ConnectTimeout=30', '-T', '-p', '2222', '--', 'me@host'],
      ...['buildctl', '--addr', 'unix:///run/b.sock', 'dial-stdio'],
    ]);
  });
});
