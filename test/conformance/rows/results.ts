/** History, config and cache keys: 2.1 and 2.2. */
import { type Row, rowsOf } from './row.ts';

const history = rowsOf('2.1', '2.1-history', [
  [
    'RUN',
    '`|N`, the ARGs and the arguments',
    [
      'run shell',
      'run exec',
      'run with arguments',
      'run with many arguments',
      'run flags',
      '1.6-args/history of RUN',
    ],
  ],
  [
    'COPY and ADD',
    'expanded words, some of the flags',
    [
      'copy expanded',
      'copy relative',
      'copy flags',
      'copy exclude',
      'copy from and link',
      'copy here-document',
      'add flags',
    ],
  ],
  [
    'WORKDIR',
    'the absolute path; no layer for the root',
    ['workdir', 'workdir relative', 'workdir root', '1.7-metadata/workdir cleaned'],
  ],
  ['ENV', 'pairs without quotes', ['env quotes', 'env legacy', 'env of several words']],
  [
    'LABEL',
    'pairs without quotes',
    ['label order', 'label expanded', '1.7-metadata/label history quotes'],
  ],
  ['ARG', 'names and values', ['arg forms', 'arg given', '1.6-args/global in history']],
  [
    'CMD and ENTRYPOINT',
    'words as Go quotes them',
    ['cmd and entrypoint', 'cmd shell', 'entrypoint reset', '1.7-metadata/cmd special characters'],
  ],
  [
    'USER, STOPSIGNAL, MAINTAINER',
    'the value',
    ['user expanded', 'user with group', 'stopsignal', 'maintainer'],
  ],
  [
    'EXPOSE',
    'sorted ports with protocols',
    ['expose', 'expose udp', 'expose range', '1.7-metadata/expose order'],
  ],
  ['VOLUME and SHELL', 'the list', ['volume', 'volume json', 'shell', 'shell quotes']],
  ['HEALTHCHECK', 'all members', ['healthcheck', 'healthcheck none', 'healthcheck exec']],
  ['ONBUILD', 'no entry, but triggers have theirs', ['onbuild', 'triggers', 'onbuild of a stage']],
  [
    'bases',
    'a history that does not match the layers is corrected',
    ['base without a history', 'base with a longer history', 'base with empty entries'],
  ],
  [
    'times',
    'those of the steps, or SOURCE_DATE_EPOCH; the base keeps its own',
    ['epoch', 'epoch and a base', 'epoch and metadata'],
    {
      tests: [
        'test/e2e/reproducible.test.ts › has the same digests in another directory, umask, order of files and times',
      ],
    },
  ],
  [
    'layers',
    'as many as entries with one; a step that changes nothing has one',
    [
      'layers and entries',
      'layers hold what is new',
      'layer of a metadata step',
      '1.8-run/touch nothing',
      '1.9-copy-destinations/same file again',
    ],
  ],
  [
    'config',
    'platform, author and every member',
    [
      'author of the base',
      'config of an unusual base',
      'config of an unusual base and a step',
      '1.5-from/image with all',
      '1.5-from/platform asked for',
    ],
  ],
  [
    'manifest',
    'one platform without attestations is a manifest, and no index: else nothing could be compared',
    ['every instruction', 'base', '1.5-from/scratch'],
    { tests: ['src/export/export-image.test.ts › has an entry in its index for each name'] },
  ],
]);

const keys = rowsOf('2.2', '2.2-cache-inputs', [
  [
    'definitions and contents',
    'a step is found by what it is, or by what its inputs hold',
    [
      '2.2-cache/nothing changed',
      '2.2-cache/step before is new',
      '2.2-cache/step before gives the same',
      '2.2-cache/stage that gives the same',
    ],
  ],
  [
    'RUN',
    'arguments, environment, user, directory, host name, limits, hosts, network, security, mounts',
    [
      'exec form',
      'same arguments',
      '2.2-cache/ENV before RUN',
      '2.2-cache/USER before RUN',
      '2.2-cache/WORKDIR before RUN',
      'host name',
      'limits',
      'extra host',
      'address of an extra host',
      'network for all',
      'security',
      'secret id',
      'ssh id',
      'cache mount target',
      'bind target',
    ],
  ],
  [
    'not in the key of RUN',
    'proxies, secrets, ids and contents of caches',
    [
      'proxy of all kinds',
      'secret contents',
      'secret given later',
      '2.2-cache/cache mount id',
      'cache mount contents',
      'cache mount sharing',
    ],
  ],
  [
    'binds',
    'the content of the mounted path',
    [
      '2.2-cache/bind of an unchanged path',
      '2.2-cache/bind of a changed path',
      'bind source of equal content',
      '2.2-cache-sources/bind from a stage whose other files change',
      '2.2-cache-sources/bind from a stage whose file changes',
    ],
  ],
  [
    'text',
    'comments, names of stages and blank lines are in no key',
    ['2.2-cache/comments', '2.2-cache/stage name', 'blank lines', 'keyword in lower case'],
  ],
  [
    'continuations',
    'their blanks are arguments',
    ['2.2-cache/continuation in RUN', '2.2-cache/text of RUN', '2.2-cache/here-document'],
  ],
  [
    'COPY',
    'destination, owner, mode, flags and the content of what is copied',
    [
      '2.2-cache/changed file',
      '2.2-cache/changed file that is not copied',
      '2.2-cache/destination',
      '2.2-cache/owner',
      'copy mode',
      'copy link',
      'copy parents',
      'copy of a moved directory',
      'copy of a renamed file',
    ],
  ],
  [
    'COPY --chown by name',
    'users of the file system before',
    ['copy chown by name', 'copy chown and new users', '2.2-cache/owner'],
  ],
  [
    'content of files',
    'mode, owner, links, attributes and bytes; not times',
    [
      '2.2-cache/touched file',
      '2.2-cache/changed mode',
      'copy of a link whose target changes',
      'copy of what a link points to',
      'copy of a link at the top',
      '1.9-copy-capabilities/cache key',
    ],
  ],
  [
    'content of directories',
    'names and everything below',
    [
      '2.2-cache/new file in a directory',
      'copy of a file below',
      'copy of a new empty directory',
      'copy of a directory whose mode changes',
    ],
  ],
  [
    'modes of the context',
    'they are in the key, owners are not',
    ['2.2-cache/changed mode', 'bind of a mode', '1.9-copy-metadata/owner and mode'],
  ],
  [
    'WORKDIR',
    'the directory and its owner',
    ['workdir', 'workdir as it is written', 'workdir and user', 'workdir and environment'],
  ],
  [
    'metadata',
    'no step of its own',
    [
      '2.2-cache/LABEL and CMD',
      'EXPOSE and VOLUME',
      'HEALTHCHECK and ONBUILD',
      'MAINTAINER',
      '2.2-cache/ENV after RUN',
    ],
  ],
  [
    'FROM',
    'the layers of the image, whatever its name',
    [
      '2.2-cache-sources/image by tag',
      '2.2-cache-sources/image with the same layers',
      '2.2-cache-sources/image with another config',
      '2.2-cache-sources/image by platform',
    ],
  ],
  [
    'git',
    'the commit, the directory, the way of checking out',
    [
      '2.2-cache-sources/git the same',
      '2.2-cache-sources/git by another ref',
      '2.2-cache-sources/git by another commit',
      '2.2-cache-sources/git subdirectory',
      '2.2-cache-sources/git keep-git-dir',
      '2.2-cache-sources/git submodules',
    ],
  ],
  [
    'HTTP',
    'the content, the name, mode and owner',
    [
      '2.2-cache-sources/http the same',
      '2.2-cache-sources/http changed',
      '2.2-cache-sources/http time',
      '2.2-cache-sources/http mode',
      '2.2-cache-sources/http owner',
      '2.2-cache-sources/http query',
    ],
  ],
  [
    '--no-cache',
    'steps run, whatever is there; COPY, too',
    [
      'no-cache',
      '2.2-cache-sources/no-cache of a stage',
      '2.2-cache-sources/no-cache of the last stage',
      '2.2-cache-sources/no-cache of another stage',
      '2.2-cache-mounts/no-cache',
      '2.2-cache-mounts/no-cache-filter of a stage',
      '2.2-cache-mounts/no-cache-filter of another stage',
      '2.2-cache-mounts/no-cache-filter of a stage that is not needed',
      '2.2-cache-mounts/no-cache and a seed',
      '2.2-cache-mounts/no-cache and an owner',
      '2.2-cache-mounts/no-cache and a part',
    ],
  ],
]);

export const resultRows: readonly Row[] = [...history, ...keys];
