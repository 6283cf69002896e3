/** What only ADD does: 1.9. */
import { type Row, rowsOf } from './row.ts';

const add = rowsOf('1.9', '1.9-add', [
  [
    'archives',
    'local ones are unpacked, by their content',
    [
      'archive',
      'gzip',
      'gzip without a suffix',
      'bzip2',
      'xz',
      'zstd',
      'compressed text',
      'no archive',
      'broken archive',
    ],
  ],
  [
    '--unpack and --chown',
    'unpacking can be turned off; members may get another owner',
    [
      'unpack false',
      'unpack true',
      'unpack of a text',
      'chown of an archive',
      'implied directories of an archive',
      'chown of implied directories of an archive',
      'archive into an existing directory',
    ],
  ],
  [
    'files by HTTP',
    'mode 0600, a name and a time; not unpacked unless told to',
    [
      'remote',
      'remote into a directory',
      'remote archive',
      'remote archive unpacked',
      '1.9-add-http/file',
      '1.9-add-http/no time',
      '1.9-add-http/name with an escaped blank',
      '1.9-add-http/name before a slash',
      '1.9-add-http/archive kept',
    ],
    {
      tests: [
        'test/e2e/remote-sources.test.ts › asks whether the file changed, and takes it from the cache if not',
      ],
    },
  ],
  [
    'checksums of files',
    'sha256 of one source',
    [
      'remote with a checksum',
      'remote with the right checksum',
      'remote with a bad checksum',
      'remote with two sources and a checksum',
      'checksum of a local file',
      '1.9-add-http/checksum by another algorithm',
    ],
  ],
  [
    'logins',
    'secrets named after the host',
    [
      '1.9-add-http/login by a token',
      '1.9-add-http/login by a header',
      '1.9-add-http/login by both',
      '1.9-add-http/login that is missing',
      '1.9-add-http/login for another host',
      '1.9-add-http/login that is wrong',
      '1.9-add-http/login with the port',
      '1.9-add-http/login of a repository',
    ],
    {
      tests: [
        'test/e2e/remote-logins.test.ts › are secrets named after the host: a token, or a whole header',
        'test/e2e/remote-logins.test.ts › are sent to no other server by a redirect, nor told when a server repeats them',
      ],
    },
  ],
]);

const git = rowsOf('1.9', '1.9-add-git', [
  [
    'repositories',
    'addresses that end in .git; a ref and a directory behind `#`',
    [
      'default branch',
      'branch',
      'annotated tag',
      'commit',
      'full ref',
      'unknown ref',
      'subdirectory',
      'subdirectory alone',
      'subdirectory that is missing',
      'copy',
    ],
    {
      tests: ['test/e2e/remote-sources.test.ts › takes branches, tags, commits and subdirectories'],
    },
  ],
  [
    'query',
    'ref, tag, branch, subdir, checksum and others',
    [
      'query ref',
      'query branch',
      'query tag',
      'query subdirectory',
      'query tag and branch',
      'query and fragment',
      'query unknown',
      'query commit',
      'mtime bad',
      '1.10-remote-contexts/git mtime',
    ],
  ],
  [
    'submodules',
    'they come along unless told not to',
    ['submodules', 'submodules false', 'submodules true', 'submodules bad'],
  ],
  [
    '.git',
    'dropped unless --keep-git-dir',
    [
      'keep-git-dir',
      'keep-git-dir of a branch',
      'keep-git-dir false',
      'query keep-git-dir',
      'default branch',
    ],
  ],
  [
    'checksums of commits',
    'the commit, or the beginning of its id',
    [
      'checksum',
      'checksum of a prefix',
      'checksum of another commit',
      'checksum that is no commit',
      'query commit that is another',
    ],
  ],
  ['modes', '0644 and 0755, of root', ['default branch', 'chown', 'chmod']],
  [
    'addresses without a scheme',
    'they are paths for ADD, and repositories for a context',
    ['address without a scheme', 'path like an address', 'path that ends in .git'],
  ],
  [
    'by ssh',
    'with the agent of the build',
    [
      'ssh',
      'ssh subdirectory',
      'ssh checksum',
      'ssh unknown repository',
      'ssh not given',
      'ssh without the key',
      'ssh by another id',
      'ssh by two ids',
    ],
    {
      tests: [
        'test/e2e/remote-logins.test.ts › need an agent or a key that was given to the build',
        'test/e2e/remote-logins.test.ts › must have the key that the user knows the host by',
      ],
    },
  ],
]);

export const addRows: readonly Row[] = [...add, ...git];
