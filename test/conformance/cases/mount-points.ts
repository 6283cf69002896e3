/** Cases about mount points where the image has links or files. */
import { formatPlatform, hostPlatform } from '../../../src/oci/index.ts';
import {
  type ConformanceCase,
  type ContextFiles,
  lines,
  symlink,
  withDifferences,
} from '../case.ts';

type Row = readonly [name: string, rule: string, files: ContextFiles, steps: readonly string[]];

const rows: readonly Row[] = [
  [
    'mount below a linked directory',
    'links of the image lead to mount points inside of it',
    { 'root/run/kept': '', 'root/var/run': symlink('/run') },
    ['RUN --mount=type=tmpfs,target=/var/run/lock touch /run/lock/x && ls /var/run > /f'],
  ],
  [
    'mount below a merged directory',
    'relative links of the image lead to mount points inside of it',
    { 'root/usr/lib/kept': '', 'root/lib': symlink('usr/lib') },
    ['RUN --mount=type=cache,target=/lib/cache touch /usr/lib/cache/x && ls /lib > /f'],
  ],
  [
    'mount at a link that leads nowhere',
    'what a link leads to is made for the mount, and removed again',
    { 'root/link': symlink('/made/for/it') },
    ['RUN --mount=type=tmpfs,target=/link/in touch /made/for/it/in/x && ls /link > /f'],
  ],
  [
    'mount at a link out of the root',
    'links lead no further up than to the root directory',
    { 'root/link': symlink('../../../../outside') },
    ['RUN --mount=type=tmpfs,target=/link touch /outside/x && ls /link > /f'],
  ],
  [
    'linked name servers',
    '/etc/resolv.conf may be a link that leads nowhere',
    { 'root/etc/resolv.conf': symlink('../run/systemd/resolve/stub-resolv.conf') },
    ['RUN test -s /etc/resolv.conf && test -s /run/systemd/resolve/stub-resolv.conf'],
  ],
  [
    'name servers of the kernel',
    '/etc/resolv.conf may be a link to /proc',
    { 'root/etc/resolv.conf': symlink('/proc/net/pnp') },
    ['RUN test -s /etc/resolv.conf && echo found > /f'],
  ],
  [
    'mount over the devices',
    'there is no mount at /dev',
    {},
    ['RUN --mount=type=cache,target=/dev true'],
  ],
  [
    'mount over what the kernel tells',
    'there is no mount at /proc',
    {},
    ['RUN --mount=type=tmpfs,target=/proc true'],
  ],
];

const cases = rows.map(
  ([name, rule, files, steps]): ConformanceCase => ({
    name,
    rule: `1.8 mounts: ${rule}`,
    dockerfile: lines('FROM busybox', 'COPY root /', ...steps),
    files: { 'root/here': '', ...files },
  }),
);

export const mountPoints = withDifferences(cases, {
  'name servers of the kernel': {
    reason:
      'If `/etc/hosts` or `/etc/resolv.conf` is a link to a path owned by the kernel or the runtime, such as `/proc/net/pnp`, the mounted file covers the link; BuildKit fails',
    lamina: {
      outcome: {
        error: undefined,
        platform: formatPlatform(hostPlatform()),
        author: 'the base',
        config: {
          Cmd: ['sh'],
          Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        },
        history: [
          'layer: COPY root / # buildkit',
          'layer: RUN /bin/sh -c test -s /etc/resolv.conf && echo found > /f # buildkit',
        ],
        files: {
          'etc/resolv.conf': 'symlink 0:0 -> /proc/net/pnp',
          f: 'file 0644 0:0 "found\\n"',
          here: 'file 0644 0:0 ""',
        },
      },
    },
  },
});
