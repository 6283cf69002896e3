/** File capabilities, the extended attribute that layers carry. */
import { type ConformanceCase, file, lines, type Topic } from '../case.ts';
import { packTar } from '../pack-tar.ts';

const SECTION = '1.9 COPY of capabilities';
/** cap_net_bind_service=ep, as the kernel stores it. */
const CAPABILITY =
  '\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00';
const xattrs = { 'security.capability': CAPABILITY };
const tar = packTar([
  { path: 'server', type: 'file', mode: 0o755, content: Buffer.from('server\n'), xattrs },
]);

type Row = readonly [name: string, rule: string, ...lines: string[]];
const rows: readonly Row[] = [
  ['archive', 'ADD keeps capabilities of members', 'FROM busybox', 'ADD caps.tar /x/'],
  [
    'archive with an owner',
    '--chown of an archive',
    'FROM busybox',
    'ADD --chown=5:6 caps.tar /x/',
  ],
  [
    'from a stage',
    'COPY --from keeps capabilities',
    'FROM busybox AS s',
    'ADD caps.tar /',
    'FROM busybox',
    'COPY --from=s /server /x',
  ],
  [
    'from a stage with an owner',
    'a new owner takes capabilities away, or not',
    'FROM busybox AS s',
    'ADD caps.tar /',
    'FROM busybox',
    'COPY --from=s --chown=5:6 /server /x',
  ],
  [
    'from a stage with a mode',
    'a new mode leaves them',
    'FROM busybox AS s',
    'ADD caps.tar /',
    'FROM busybox',
    'COPY --from=s --chmod=700 /server /x',
  ],
  [
    'from a stage with a link',
    '--link keeps them',
    'FROM busybox AS s',
    'ADD caps.tar /',
    'FROM busybox',
    'COPY --link --from=s /server /x',
  ],
  [
    'from a stage, a directory',
    'they are kept in a tree',
    'FROM busybox AS s',
    'ADD caps.tar /d/',
    'FROM busybox',
    'COPY --from=s /d /x',
  ],
  [
    'RUN that changes the owner',
    'the system takes them away',
    'FROM busybox',
    'ADD caps.tar /',
    'RUN chown 5 /server',
  ],
  [
    'RUN that writes',
    'the system takes them away',
    'FROM busybox',
    'ADD caps.tar /',
    'RUN echo more >> /server',
  ],
  [
    'RUN that copies',
    'cp without -p does not keep them',
    'FROM busybox',
    'ADD caps.tar /',
    'RUN cp /server /x',
  ],
  ['context', 'files of the context keep them', 'FROM busybox', 'COPY server /x'],
  ['context with an owner', '--chown of the context', 'FROM busybox', 'COPY --chown=5:6 server /x'],
];

const cases = rows.map(
  ([name, rule, ...text]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines(...text),
    files: { 'caps.tar': file(tar), server: file('server\n', 0o755, xattrs) },
  }),
);

const changed: ConformanceCase = {
  name: 'cache key',
  rule: `${SECTION}: they are in the key of COPY`,
  dockerfile: lines('FROM busybox', 'WORKDIR /caps', 'COPY server /x'),
  files: { server: file('server\n', 0o755) },
  second: { files: { server: file('server\n', 0o755, xattrs) } },
  difference: {
    reason: 'Files of the context keep their capabilities when they change; BuildKit loses them',
    lamina: {
      outcome: {
        files: {
          caps: 'directory 0755 0:0',
          x: `file 0755 0:0 "server\\n" security.capability=${JSON.stringify(CAPABILITY)}`,
        },
      },
    },
  },
};

export const copyCapabilities: Topic = {
  name: '1.9-copy-capabilities',
  cases: [...cases, changed],
};
