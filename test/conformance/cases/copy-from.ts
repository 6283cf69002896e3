import { type ConformanceCase, lines } from '../case.ts';
import { files } from './copy-files.ts';

const SECTION = '1.9 COPY';

const from = (...last: string[]) => [
  'FROM busybox AS base',
  'RUN mkdir -p /out/sub && echo 1 > /out/one && echo 2 > /out/sub/two && ln -s one /out/link && chown -R 5:6 /out && chmod 750 /out/sub',
  'FROM busybox',
  ...last,
];
const fromRows: readonly (readonly [
  name: string,
  rule: string,
  lines: readonly string[],
  options?: ConformanceCase['options'],
])[] = [
  ['stage', 'a stage by name', from('COPY --from=base /out /x')],
  ['index', 'a stage by index', from('COPY --from=0 /out/one /x')],
  [
    'relative path',
    'paths start at the root of the stage',
    [
      'FROM busybox AS base',
      'WORKDIR /w',
      'RUN echo x > f',
      'FROM scratch',
      'COPY --from=base w/f /x',
    ],
  ],
  [
    'own index',
    'a stage cannot copy from itself',
    ['FROM busybox', 'COPY --from=0 /bin/busybox /x'],
  ],
  [
    'later stage',
    'a stage cannot copy from a later one',
    ['FROM busybox AS first', 'COPY --from=1 /x /x', 'FROM busybox', 'FROM first'],
  ],
  ['index too large', 'an index of no stage', ['FROM busybox', 'COPY --from=7 /x /x']],
  ['image', 'an image', ['FROM scratch', 'COPY --from=busybox /etc/group /x']],
  [
    'image with a tag',
    'an image with its tag',
    ['FROM scratch', 'COPY --from=rich:latest /etc/group /x'],
  ],
  [
    'unknown image',
    'an image that is not there',
    ['FROM scratch', 'COPY --from=nowhere.invalid/x /f /x'],
  ],
  ['scratch', 'nothing can be copied from scratch', ['FROM scratch', 'COPY --from=scratch /x /x']],
  ['missing path', 'a missing path is an error', from('COPY --from=base /none /x')],
  [
    'missing in a wildcard',
    'a wildcard that matches nothing is not an error',
    from('COPY --from=base /none* /x/'),
  ],
  ['wildcard', 'wildcards work in stages', from('COPY --from=base /out/*n* /x/')],
  ['link in a stage', 'a link at the top is followed', from('COPY --from=base /out/link /x')],
  [
    'hard links in a stage',
    'hard links are kept among regular files only',
    [
      'FROM busybox AS base',
      'RUN mkdir /out && cd /out && echo 1 > a && ln a b && ln -s t l1 && ln l1 l2 && mkfifo p1 && ln p1 p2 && mknod n1 c 1 3 && ln n1 n2',
      'FROM busybox',
      'COPY --from=base /out /x',
    ],
  ],
  [
    'empty value and a file of the context',
    'an empty --from says nothing',
    ['FROM scratch', 'COPY --from= a.txt /x'],
  ],
  ['empty value', 'an empty --from says nothing', from('COPY --from= /out /x')],
  ['chown', '--chown with a stage', from('COPY --from=base --chown=app /out /x')],
  [
    'whole stage',
    'the root of a stage',
    ['FROM scratch AS files', 'COPY a.txt /one/', 'FROM scratch', 'COPY --from=files / /'],
  ],
  [
    'stage of a stage',
    'a stage made from another',
    [
      'FROM scratch AS one',
      'COPY a.txt /a',
      'FROM one AS two',
      'COPY b.txt /b',
      'FROM scratch',
      'COPY --from=two / /x/',
    ],
  ],
  [
    'deleted files',
    'what a stage removed is not there',
    ['FROM busybox AS base', 'RUN rm /there/file', 'FROM scratch', 'COPY --from=base /there /x'],
  ],
  ['ignore file has no part', '.dockerignore does not apply', from('COPY --from=base /out/one /x')],
];
export const fromStages = fromRows.map(
  ([name, rule, dockerfile, options]): ConformanceCase => ({
    name: `flag from ${name}`,
    rule: `${SECTION} --from: ${rule}`,
    dockerfile: lines(...dockerfile),
    files,
    ...(options && { options }),
  }),
);
