import {
  type ConformanceCase,
  lines,
  symlink,
  type Topic,
  table,
  withDifferences,
} from '../case.ts';
import { plainFiles } from './copy-files.ts';

import { fromStages } from './copy-from.ts';

const SECTION = '1.9 COPY';

const options = table(
  `${SECTION} options`,
  'FROM busybox',
  [
    ['link', '--link makes a layer of its own', 'COPY --link a.txt /x/y'],
    ['link of a tree', '--link with a tree', 'COPY --link d /x/'],
    [
      'link into an existing directory',
      '--link makes parents anew',
      'COPY --link a.txt /there/dir/',
    ],
    ['link into tmp', '--link gives parents mode 0755', 'COPY --link a.txt /tmp/x'],
    [
      'link to an existing directory without a slash',
      '--link does not look at the destination',
      'COPY --link a.txt /there/dir',
    ],
    [
      'link through a link',
      '--link follows no links of the destination',
      'COPY --link a.txt /there/link/x',
    ],
    ['link with chown by number', '--link with numbers', 'COPY --link --chown=12:34 a.txt /p/x'],
    [
      'link with chown by name',
      '--link does not see the users of the stage',
      'COPY --link --chown=app a.txt /p/x',
    ],
    ['link with chmod', '--link with --chmod', 'COPY --link --chmod=700 a.txt /tmp/x'],
    ['link from a stage', '--link with --from', 'COPY --link --from=rich /there/dir /x'],
    ['link false', '--link=false is no link', 'COPY --link=false a.txt /tmp/x'],
    ['link bad value', '--link is a boolean', 'COPY --link=maybe a.txt /x'],
    ['link twice', 'two linked copies', 'COPY --link a.txt /x/', 'COPY --link b.txt /x/'],
    ['link relative', '--link below WORKDIR', 'WORKDIR /w', 'COPY --link a.txt x'],
    ['link of a missing file', '--link needs its source', 'COPY --link none /x'],
    ['exclude', '--exclude leaves files out', 'COPY --exclude=*.txt d /x'],
    ['exclude in depth', '`**` in --exclude', 'COPY --exclude=**/*.txt d /x'],
    ['exclude a directory', '--exclude of a directory', 'COPY --exclude=sub d /x'],
    ['exclude several', '--exclude may be repeated', 'COPY --exclude=one --exclude=sub/deep d /x'],
    [
      'exclude with a negation',
      '`!` takes files back',
      'COPY --exclude=** --exclude=!sub/three.txt d /x',
    ],
    [
      'exclude of wildcard sources',
      '--exclude is about what is below a match, not about matched files',
      'COPY --exclude=b.* *.txt /x/',
    ],
    ['exclude the only file', '--exclude of the source itself', 'COPY --exclude=a.txt a.txt /x/'],
    ['exclude everything', '--exclude of all', 'COPY --exclude=* d /x'],
    ['exclude from the root', '--exclude relative to each source', 'COPY --exclude=d/one . /x/'],
    ['exclude with a leading slash', '--exclude with a slash', 'COPY --exclude=/one d /x'],
    ['exclude empty', '--exclude needs a value', 'COPY --exclude= d /x'],
    [
      'exclude from a stage',
      '--exclude with --from',
      'COPY --from=rich --exclude=old /there/dir /x',
    ],
    ['exclude with link', '--exclude with --link', 'COPY --link --exclude=sub d /x'],
    ['parents', '--parents keeps the path', 'COPY --parents d/sub/three.txt /x/'],
    ['parents of a directory', '--parents with a directory', 'COPY --parents d/sub /x/'],
    [
      'parents with a wildcard',
      '--parents with a wildcard',
      'COPY --parents d/*.txt d/sub/*.txt /x/',
    ],
    ['parents with two stars', '`**` with --parents', 'COPY --parents **/*.txt /x/'],
    ['parents with a pivot', '`/./` cuts the path', 'COPY --parents d/./sub/three.txt /x/'],
    ['parents with a pivot in front', '`./` in front', 'COPY --parents ./d/sub/three.txt /x/'],
    [
      'parents with a pivot and a wildcard',
      '`/./` and wildcards',
      'COPY --parents ./d/./**/*.txt /x/',
    ],
    [
      'parents without a match',
      '--parents and a wildcard that matches nothing',
      'COPY --parents *.none /x/',
    ],
    ['parents of a missing file', '--parents needs a literal source', 'COPY --parents none /x/'],
    ['parents to a name', '--parents without a slash', 'COPY --parents d/one /x'],
    ['parents with exclude', '--parents and --exclude', 'COPY --parents --exclude=**/one d e /x/'],
    [
      'parents from a stage',
      '--parents with --from',
      'COPY --parents --from=rich /there/dir/old /x/',
    ],
    [
      'parents with chown',
      '--parents and --chown',
      'COPY --parents --chown=12:34 d/sub/three.txt /x/',
    ],
    [
      'parents with chmod',
      '--parents and --chmod',
      'COPY --parents --chmod=700 d/sub/three.txt /x/',
    ],

    ['parents false', '--parents=false', 'COPY --parents=false d/one /x/'],
  ],
  { files: plainFiles },
);

const parentsOfLinks = table(
  `${SECTION} options`,
  'FROM busybox',
  [
    [
      'parents of a dangling link',
      '--parents copies a link that leads nowhere',
      'COPY --parents d/dangling /x/',
    ],
    [
      'parents of a link to itself',
      '--parents copies a link that leads to itself',
      'COPY --parents d/loop /x/',
    ],
    [
      'parents with a wildcard before the pivot from a stage',
      'files of a stage are roots of what --parents copies',
      'COPY . /made/',
      'FROM busybox',
      'COPY --parents --from=0 /made/*/./one /roots/',
    ],
    [
      'parents with a wildcard before the pivot',
      'files are no roots of what --parents copies',
      'COPY --parents */./one /x/',
    ],
  ],
  {
    files: {
      one: 'not this one\n',
      two: 'nor this\n',
      'd/one': 'one\n',
      'd/dangling': symlink('nowhere'),
      'd/loop': symlink('loop'),
    },
  },
);

const STAGE_WITH_LINK = [
  'FROM busybox',
  'RUN mkdir -p /usr/lib/d && echo x > /usr/lib/d/x && ln -s usr/lib /lib && ln -s d/x /usr/lib/y',
  'FROM busybox',
];
const THROUGH = '--parents follows no symbolic link on the way';
const BEFORE_PIVOT = 'parents through a link: a link before the pivot';
const throughLinks = (
  [
    ['a file', 'COPY --parents --from=0 /lib/d/x /p/'],
    ['a directory', 'COPY --parents --from=0 /lib/d /p/'],
    ['a link', 'COPY --parents --from=0 /lib/y /p/'],
    ['a wildcard', 'COPY --parents --from=0 /lib/d/* /p/'],
    ['a wildcard before a file', 'COPY --parents --from=0 /lib/*/x /p/'],
    ['two stars', 'COPY --parents --from=0 /lib/**/x /p/'],
    ['a wildcard that matches the link', 'COPY --parents --from=0 /l*b/d/x /p/'],
    ['a wildcard and a file that is there', 'COPY --parents --from=0 /lib/d/* /usr/lib/d/x /p/'],
    ['a link after the pivot', 'COPY --parents --from=0 /usr/./lib/d/x /p/'],
    ['a link before the pivot', 'COPY --parents --from=0 /lib/./d/x /p/'],
    ['a link before the pivot and a wildcard', 'COPY --parents --from=0 /lib/./d/* /p/'],
    ['the link itself', 'COPY --parents --from=0 /lib /p/'],
  ] as const
).map(
  ([name, copy]): ConformanceCase => ({
    name: `parents through a link: ${name}`,
    rule: `${SECTION} options: ${THROUGH}`,
    dockerfile: lines(...STAGE_WITH_LINK, copy),
  }),
);
const throughLinksDiffering = withDifferences(throughLinks, {
  [BEFORE_PIVOT]: {
    reason:
      '`COPY --parents` follows links before `/./`; BuildKit does so only if a wildcard follows',
    lamina: {
      outcome: {
        error: undefined,
        platform: 'linux/amd64',
        author: 'the base',
        config: {
          Cmd: ['sh'],
          Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        },
        history: ['layer: COPY --parents /lib/./d/x /p/ # buildkit'],
        files: {
          p: 'directory 0755 0:0',
          'p/d': 'directory 0755 0:0',
          'p/d/x': 'file 0644 0:0 "x\\n"',
        },
      },
    },
  },
});
const throughLinksOfContext = table(
  `${SECTION} options`,
  'FROM busybox',
  [
    ['parents through a link of the context', THROUGH, 'COPY --parents l/d/x /p/'],
    ['parents through a link of the context by a wildcard', THROUGH, 'COPY --parents l/d/* /p/'],
    ['parents through a link of the context by two stars', THROUGH, 'COPY --parents l/**/x /p/'],
  ],
  { files: { 'usr/lib/d/x': 'x\n', l: symlink('usr/lib') } },
);

const onScratch = table(
  `${SECTION} options`,
  'FROM scratch',
  [
    ['chown by name on nothing', 'nothing has no users', 'COPY --chown=app a.txt /x'],
    [
      'chown by name on a file system without users',
      'a file system without users knows none',
      'COPY a.txt /x',
      'COPY --chown=app a.txt /y',
    ],
    ['chown by -1 on nothing', 'a negative number is a number', 'COPY --chown=-1 a.txt /p/x'],
    [
      'chown by -1 and a group on nothing',
      'a negative number is a number',
      'COPY --chown=-1:7 a.txt /p/x',
    ],
    [
      'chown by a user and -1 on nothing',
      'a negative number is a number',
      'COPY --chown=7:-1 a.txt /p/x',
    ],
    [
      'chown by negative numbers on nothing',
      'a negative number counts from the largest',
      'COPY --chown=-5:-6 a.txt /p/x',
    ],
    [
      'chown by the least number on nothing',
      'numbers have 32 bits',
      'COPY --chown=-2147483648 a.txt /x',
    ],
    [
      'chown by less than the least number on nothing',
      'numbers have 32 bits',
      'COPY --chown=-2147483649 a.txt /x',
    ],
    [
      'chown by -1 with --link',
      'a negative number is a number',
      'COPY --link --chown=-1 a.txt /p/x',
    ],
    ['workdir of -1 on nothing', 'a negative number is a number', 'USER -1', 'WORKDIR /w'],
    ['workdir of a user on nothing', 'nothing has no users', 'USER app', 'WORKDIR /w'],
    ['workdir of a number on nothing', 'numbers need no users', 'USER 5:6', 'WORKDIR /w'],
  ],
  { files: { 'a.txt': 'a\n' } },
);

const parentsOfNothing: ConformanceCase = {
  name: 'parents of what is excluded',
  rule: `${SECTION} options: --parents and --exclude of the source itself`,
  dockerfile: lines('FROM busybox', 'COPY --parents --exclude=**/b d/b /x/'),
  files: { a: 'a\n', 'd/b': 'b\n' },
  difference: {
    reason:
      '`COPY --parents` of a file that `--exclude` leaves out copies nothing; BuildKit reports that the file does not exist',
    lamina: {
      outcome: {
        error: undefined,
        platform: 'linux/amd64',
        author: 'the base',
        config: {
          Cmd: ['sh'],
          Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        },
        history: ['layer: COPY --parents d/b /x/ # buildkit'],
        files: { x: 'directory 0755 0:0' },
      },
    },
  },
};

const parentsOfEverything: ConformanceCase = {
  name: 'parents of everything',
  rule: `${SECTION} options: --parents with a dot`,
  dockerfile: lines('FROM busybox', 'COPY --parents . /x/'),
  files: { a: 'a\n', 'd/b': 'b\n' },
  difference: {
    reason: '`COPY --parents .` copies the context; BuildKit reports that it does not exist',
    lamina: {
      outcome: {
        error: undefined,
        platform: 'linux/amd64',
        author: 'the base',
        config: {
          Cmd: ['sh'],
          Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        },
        history: ['layer: COPY --parents . /x/ # buildkit'],
        files: {
          x: 'directory 0755 0:0',
          'x/a': 'file 0644 0:0 "a\\n"',
          'x/d': 'directory 0755 0:0',
          'x/d/b': 'file 0644 0:0 "b\\n"',
        },
      },
    },
  },
};

export const copyOptions: Topic = {
  name: '1.9-copy-options',
  cases: [
    ...options,
    ...parentsOfLinks,
    ...throughLinksDiffering,
    ...throughLinksOfContext,
    ...onScratch,
    parentsOfNothing,
    parentsOfEverything,
    ...fromStages,
  ],
};
