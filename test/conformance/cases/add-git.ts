import {
  type CaseOptions,
  type ConformanceCase,
  lines,
  type Topic,
  withDifferences,
} from '../case.ts';

const SECTION = '1.9 ADD of git';
type Row = readonly [name: string, rule: string, ...instructions: string[]];

const rows: readonly Row[] = [
  ['default branch', 'the default branch, without .git', 'ADD $GIT/app.git /x'],
  ['destination with a slash', 'the files go into the destination', 'ADD $GIT/app.git /x/'],
  ['destination that exists', 'files go over what is there', 'ADD $GIT/app.git /there/dir'],
  [
    'destination relative',
    'the destination is relative to WORKDIR',
    'WORKDIR /w',
    'ADD $GIT/app.git x',
  ],
  ['branch', 'a ref in the fragment is a branch', 'ADD $GIT/app.git#topic /x'],
  ['annotated tag', 'a ref in the fragment is a tag', 'ADD $GIT/app.git#v1 /x'],
  ['light tag', 'a ref in the fragment is a tag', 'ADD $GIT/app.git#light /x'],
  ['full ref', 'refs may be given in full', 'ADD $GIT/app.git#refs/heads/topic /x'],
  ['full tag', 'refs may be given in full', 'ADD $GIT/app.git#refs/tags/v1 /x'],
  ['commit', 'a ref in the fragment is a commit', 'ADD $GIT/app.git#$COMMIT /x'],
  ['unknown ref', 'a ref has to exist', 'ADD $GIT/app.git#none /x'],
  ['unknown repository', 'a repository has to exist', 'ADD $GIT/none.git /x'],
  ['empty fragment', 'nothing behind `#` is the default branch', 'ADD $GIT/app.git# /x'],
  ['subdirectory', 'the fragment has a directory', 'ADD $GIT/app.git#main:src /x'],
  ['subdirectory alone', 'the ref may be left out', 'ADD $GIT/app.git#:src /x'],
  [
    'subdirectory with a slash',
    'a slash in front has no meaning',
    'ADD $GIT/app.git#main:/src/ /x',
  ],
  ['subdirectory that is missing', 'a directory has to exist', 'ADD $GIT/app.git#main:none /x'],
  ['subdirectory that is a file', 'a file is no directory', 'ADD $GIT/app.git#main:README /x'],
  ['subdirectory above', 'a directory does not lead out', 'ADD $GIT/app.git#main:../.. /x'],
  ['query ref', 'the query has a ref', 'ADD $GIT/app.git?ref=topic /x'],
  ['query branch', 'the query has a branch', 'ADD $GIT/app.git?branch=topic /x'],
  ['query branch that is a tag', 'a tag is no branch', 'ADD $GIT/app.git?branch=v1 /x'],
  ['query tag', 'the query has a tag', 'ADD $GIT/app.git?tag=v1 /x'],
  ['query tag that is a branch', 'a branch is no tag', 'ADD $GIT/app.git?tag=topic /x'],
  ['query tag and branch', 'one ref only', 'ADD $GIT/app.git?tag=v1&branch=topic /x'],
  ['query ref and tag', 'one ref only', 'ADD $GIT/app.git?ref=main&tag=v1 /x'],
  ['query subdirectory', 'the query has a directory', 'ADD $GIT/app.git?subdir=src /x'],
  ['query ref and subdirectory', 'members of the query', 'ADD $GIT/app.git?ref=v1&subdir=src /x'],
  ['query and fragment', 'a ref is given once', 'ADD $GIT/app.git?ref=v1#main /x'],
  [
    'query subdirectory and ref in the fragment',
    'a query and a fragment',
    'ADD $GIT/app.git?subdir=src#v1 /x',
  ],
  ['query unknown', 'members of the query are known ones', 'ADD $GIT/app.git?depth=1 /x'],
  ['query ref empty', 'an empty ref', 'ADD $GIT/app.git?ref= /x'],
  ['query commit', 'the query has a checksum', 'ADD $GIT/app.git?tag=v1&commit=$COMMIT /x'],
  ['query checksum', 'the query has a checksum', 'ADD $GIT/app.git?tag=v1&checksum=$COMMIT /x'],
  [
    'query commit that is another',
    'the checksum is compared',
    'ADD $GIT/app.git?branch=topic&commit=$COMMIT /x',
  ],
  [
    'query commit alone',
    'the checksum is that of the default branch',
    'ADD $GIT/app.git?commit=$COMMIT /x',
  ],
  ['checksum', '--checksum is the commit', 'ADD --checksum=$COMMIT $GIT/app.git#v1 /x'],
  [
    'checksum of a prefix',
    '--checksum may be a prefix',
    'ADD --checksum=${COMMIT%?????????????????????????????} $GIT/app.git#v1 /x',
  ],
  [
    'checksum of another commit',
    '--checksum is compared',
    'ADD --checksum=$COMMIT $GIT/app.git#topic /x',
  ],
  ['checksum that is no commit', '--checksum has a form', 'ADD --checksum=xyz $GIT/app.git#v1 /x'],
  [
    'checksum twice',
    'a checksum is given once',
    'ADD --checksum=$COMMIT $GIT/app.git?tag=v1&checksum=$COMMIT /x',
  ],
  [
    'checksum as a digest',
    '--checksum of a repository is no digest',
    'ADD --checksum=sha256:dacf36547c7774a0a170806363b5d412991fbc0d6260b2c00b1d3a80a816c23f $GIT/app.git#v1 /x',
  ],
  ['submodules', 'submodules come along', 'ADD $GIT/app.git#with-submodule /x'],
  [
    'submodules false',
    'submodules=false leaves them out',
    'ADD $GIT/app.git?branch=with-submodule&submodules=false /x',
  ],
  [
    'submodules true',
    'submodules=true is the default',
    'ADD $GIT/app.git?branch=with-submodule&submodules=true /x',
  ],
  ['submodules bad', 'submodules is a boolean', 'ADD $GIT/app.git?submodules=some /x'],
  [
    'keep-git-dir',
    '--keep-git-dir keeps .git',
    'ADD --keep-git-dir $GIT/app.git#v1 /r',
    'RUN cat /r/.git/HEAD > /head; ls -d /r/.git/refs > /refs; rm -r /r',
  ],
  [
    'keep-git-dir of a branch',
    '--keep-git-dir of a branch',
    'ADD --keep-git-dir=true $GIT/app.git#topic /r',
    'RUN cat /r/.git/HEAD > /head; rm -r /r',
  ],
  [
    'keep-git-dir false',
    '--keep-git-dir=false is the default',
    'ADD --keep-git-dir=false $GIT/app.git /x',
  ],
  [
    'query keep-git-dir',
    'the query has keep-git-dir',
    'ADD $GIT/app.git?ref=v1&keep-git-dir=true /r',
    'RUN cat /r/.git/HEAD > /head; rm -r /r',
  ],
  ['keep-git-dir of a local file', '--keep-git-dir is for repositories', 'ADD --keep-git-dir a /x'],
  ['mtime commit', 'mtime is known', 'ADD $GIT/app.git?mtime=commit /x'],
  ['mtime checkout', 'mtime is known', 'ADD $GIT/app.git?mtime=checkout /x'],
  ['mtime bad', 'mtime is checkout or commit', 'ADD $GIT/app.git?mtime=never /x'],
  ['chown', '--chown applies to all', 'ADD --chown=12:34 $GIT/app.git /x'],
  ['chmod', '--chmod applies to all', 'ADD --chmod=700 $GIT/app.git /x'],
  ['link', '--link of a repository', 'ADD --link $GIT/app.git /tmp/x'],
  ['exclude', '--exclude leaves files out', 'ADD --exclude=src/run $GIT/app.git /x'],
  ['two repositories', 'several sources', 'ADD $GIT/app.git#:src $GIT/lib.git /x/'],
  ['repository and file', 'sources of both kinds', 'ADD $GIT/lib.git a /x/'],
  ['unpack', '--unpack of a repository', 'ADD --unpack=true $GIT/lib.git /x'],
  ['address without a scheme', 'ADD takes it for a path', 'ADD github.com/x/y /x'],
  ['path like an address', 'ADD takes it for a path', 'ADD github.com/x/f /x'],
  ['path that ends in .git', 'ADD takes it for a path', 'ADD local.git /x'],
  ['copy', 'COPY takes no repository', 'COPY $GIT/lib.git /x'],
  [
    'history',
    'the history has the address',
    'ADD --keep-git-dir=false --checksum=$COMMIT $GIT/app.git#v1 /x',
  ],
];

const cases = rows.map(
  ([name, rule, ...instructions]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines('FROM busybox', 'ARG GIT COMMIT', ...instructions),
    files: { a: 'a\n', 'github.com/x/f': 'f\n', 'local.git/HEAD': 'head\n' },
    options: { git: true },
  }),
);

const KEY: CaseOptions = { sshWithKey: ['default'] };

/** Each has a source of its own: BuildKit does steps that are the same once for builds at the same time. */
const sshRows: readonly (readonly [
  name: string,
  rule: string,
  instruction: string,
  options: CaseOptions,
])[] = [
  ['ssh', 'the agent of the build logs in', 'ADD $GIT/app.git /x', KEY],
  ['ssh subdirectory', 'ref and directory by ssh', 'ADD $GIT/app.git#topic:src /x', KEY],
  ['ssh checksum', '--checksum by ssh', 'ADD --checksum=$COMMIT $GIT/app.git#v1 /x', KEY],
  ['ssh unknown repository', 'a repository has to exist', 'ADD $GIT/none.git /x', KEY],
  ['ssh not given', 'ssh needs an agent', 'ADD $GIT/app.git#light /x', {}],
  [
    'ssh without the key',
    'nothing but the agent of the build logs in',
    'ADD $GIT/app.git?branch=main /x',
    { ssh: ['default'] },
  ],
  [
    'ssh by another id',
    'the agent is the one named default',
    'ADD $GIT/app.git?tag=light /x',
    { sshWithKey: ['other'] },
  ],
  [
    'ssh by two ids',
    'the agent is the one named default',
    'ADD $GIT/app.git?branch=topic /x',
    { ssh: ['other'], sshWithKey: ['default'] },
  ],
];

const sshCases = sshRows.map(
  ([name, rule, instruction, options]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines('FROM busybox', 'ARG GIT COMMIT', instruction),
    options: { git: 'by ssh', ...options },
  }),
);

const MODULE = {
  reason:
    'ADD leaves out the `.git` file of a submodule, which names a directory on the machine that built',
  lamina: {
    outcome: {
      files: {
        x: 'directory 0755 0:0',
        'x/.gitmodules':
          'file 0644 0:0 "[submodule \\"lib\\"]\\n\\tpath = lib\\n\\turl = ../lib.git\\n"',
        'x/README': 'file 0644 0:0 "read\\n"',
        'x/lib': 'directory 0755 0:0',
        'x/lib/lib.txt': 'file 0644 0:0 "lib\\n"',
        'x/link': 'symlink 0:0 -> README',
        'x/src': 'directory 0755 0:0',
        'x/src/main.txt': 'file 0644 0:0 "two\\n"',
        'x/src/run': 'file 0755 0:0 "#!/bin/sh\\n"',
      },
    },
  },
};

export const addGit: Topic = {
  name: '1.9-add-git',
  cases: withDifferences([...cases, ...sshCases], {
    submodules: MODULE,
    'submodules true': MODULE,
  }),
};
