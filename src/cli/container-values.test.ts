import { describe, expect, it } from 'vitest';
import { deviceSpec, mountValues, publishedPorts } from './container-values.ts';

const none = { volume: [], mount: [], tmpfs: [] };

describe('mounts', () => {
  it.each([
    ['/a:/b', { source: '/a', target: '/b', readonly: false }],
    ['/a:/b:ro,z', { source: '/a', target: '/b', readonly: true }],
  ])('-v %s is a directory of the host', (text, expected) => {
    expect(mountValues({ ...none, volume: [text] }).volumes).toMatchObject([expected]);
  });

  it('-v with one path is a volume of the container', () => {
    expect(mountValues({ ...none, volume: ['/b'] })).toEqual({
      volumes: [],
      tmpfs: [],
      anonymousVolumes: ['/b'],
    });
  });

  it.each([
    ['type=bind,source=/a,target=/b', { source: '/a', target: '/b', readonly: false }],
    ['type=bind,src=/a,dst=/b,readonly', { source: '/a', target: '/b', readonly: true }],
    ['"type=bind","src=/a,b",destination=/c,ro=true', { source: '/a,b', readonly: true }],
    ['type=bind,src=/a,dst=/b,readonly=false,consistency=cached', { readonly: false }],
  ])('--mount %s is a directory of the host', (text, expected) => {
    expect(mountValues({ ...none, mount: [text] }).volumes).toMatchObject([expected]);
  });

  it.each([
    [['/t'], [], { target: '/t', mode: 0o1777 }],
    [['/t:size=1m,mode=755,exec,uid=5'], [], { size: 1048576, mode: 0o755, exec: true, uid: 5 }],
    [['/t:ro,nosuid'], [], { readonly: true }],
    [[], ['type=tmpfs,target=/t'], { target: '/t', mode: 0o1777, readonly: false }],
    [[], ['type=tmpfs,dst=/t,tmpfs-size=64k,tmpfs-mode=700'], { size: 65536, mode: 0o700 }],
  ])('--tmpfs %j --mount %j is memory', (tmpfs, mount, expected) => {
    expect(mountValues({ ...none, tmpfs, mount }).tmpfs).toMatchObject([expected]);
  });

  it('--mount without a type and a source is a volume of the container', () => {
    expect(mountValues({ ...none, mount: ['target=/b'] }).anonymousVolumes).toEqual(['/b']);
  });

  it.each([
    [{ volume: ['name:/b'] }, 'CLI_NOT_YET'],
    [{ mount: ['source=name,target=/b'] }, 'CLI_NOT_YET'],
    [{ volume: ['/a:b'] }, 'CLI_FLAG_VALUE'],
    [{ volume: ['name'] }, 'CLI_FLAG_VALUE'],
    [{ volume: ['/a:/b:rx'] }, 'CLI_FLAG_VALUE'],
    [{ volume: ['/a:/b', '/c:/b/'] }, 'CLI_FLAG_VALUE'],
    [{ volume: ['/a:/b'], tmpfs: ['/b'] }, 'CLI_FLAG_VALUE'],
    [{ mount: ['type=bind,target=/b'] }, 'CLI_FLAG_VALUE'],
    [{ mount: ['type=bind,source=/a'] }, 'CLI_FLAG_VALUE'],
    [{ mount: ['type=bind,source=/a,target=/b,readonyl'] }, 'CLI_FLAG_VALUE'],
    [{ mount: ['type=npipe,source=/a,target=/b'] }, 'CLI_FLAG_VALUE'],
    [{ mount: ['type=tmpfs,target=/b,tmpfs-mode=9'] }, 'CLI_FLAG_VALUE'],
    [{ tmpfs: ['b'] }, 'CLI_FLAG_VALUE'],
    [{ tmpfs: ['/b:colour=red'] }, 'CLI_FLAG_VALUE'],
  ])('%j is refused', (flags, code) => {
    expect(() => mountValues({ ...none, ...flags })).toThrow(expect.objectContaining({ code }));
  });
});

describe('devices', () => {
  it.each([
    ['/dev/fuse', { source: '/dev/fuse', target: '/dev/fuse', access: 'rwm' }],
    ['/dev/fuse:r', { source: '/dev/fuse', target: '/dev/fuse', access: 'r' }],
    ['/dev/sda:/dev/xvdc', { source: '/dev/sda', target: '/dev/xvdc', access: 'rwm' }],
    ['/dev/sda:/dev/xvdc:rw', { source: '/dev/sda', target: '/dev/xvdc', access: 'rw' }],
  ])('%s', (text, expected) => {
    expect(deviceSpec(text)).toEqual(expected);
  });

  it.each(['fuse', '/dev/a:b', '/dev/a:/dev/b:x', '/dev/a:/dev/b:rw:x'])(
    '%s is refused',
    (text) => {
      expect(() => deviceSpec(text)).toThrow(/device|--device/);
    },
  );
});

describe('ports', () => {
  it.each([
    '80',
    '80/tcp',
    '80:80',
    ':80',
    '53:53/udp',
    '0.0.0.0:80:80',
    '[::]:80:80',
    '8000-8010:8000-8010',
  ])('%s is open already', (text) => {
    expect(publishedPorts(text, undefined)).toEqual([]);
  });

  it.each([
    ['8080:80', 'ports cannot be mapped'],
    ['8000-8010:80', 'ports cannot be mapped'],
    ['127.0.0.1:80:80', 'ports cannot be bound to an address'],
    ['[::1]:80:80/tcp', 'ports cannot be bound to an address'],
    ['127.0.0.1::80', 'ports cannot be bound to an address'],
    ['http:80', 'invalid value'],
    ['80:80/http', 'invalid value'],
  ])('%s is refused', (text, message) => {
    expect(() => publishedPorts(text, undefined)).toThrow(message);
  });

  it.each([
    ['8080:80', [{ host: 8080, container: 80, protocol: 'tcp' }]],
    [
      '127.0.0.1:53:5353/udp',
      [{ address: '127.0.0.1', host: 53, container: 5353, protocol: 'udp' }],
    ],
    [
      '90-91:80-81',
      [
        { host: 90, container: 80, protocol: 'tcp' },
        { host: 91, container: 81, protocol: 'tcp' },
      ],
    ],
  ])('%s leads into a private network', (text, expected) => {
    expect(publishedPorts(text, 'private')).toEqual(expected);
  });

  it.each([
    ['80', 'ports of this machine are not chosen'],
    ['[::1]:80:80', 'private networks have IPv4 only'],
    ['80:80/sctp', 'only tcp and udp'],
    ['80-81:80', 'invalid value'],
    ['0:80', 'invalid value'],
    ['81-80:81-80', 'invalid value'],
    ['80:65536', 'invalid value'],
  ])('%s does not', (text, message) => {
    expect(() => publishedPorts(text, 'private')).toThrow(message);
  });

  it('there is none without a network', () => {
    expect(() => publishedPorts('80:80', 'none')).toThrow(
      'ports cannot be published with --network=none',
    );
  });
});
