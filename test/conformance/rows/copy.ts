/** COPY, and what ADD shares with it: 1.9. */
import { type Row, rowsOf } from './row.ts';

const sources = rowsOf('1.9', '1.9-copy-sources', [
  [
    'flags',
    'COPY and ADD know their own; two arguments at least',
    [
      'one argument',
      'no arguments',
      '1.9-copy-metadata/unknown flag',
      '1.9-copy-metadata/checksum',
      '1.9-add/from',
      '1.9-add/parents',
    ],
  ],
  [
    'root of sources',
    '`..` stops at the root, slashes have no meaning',
    [
      'above the context',
      'far above the context',
      'leading slash',
      'directory with a slash',
      'root of the context',
      'dots inside',
    ],
  ],
  [
    'directories',
    'contents are copied',
    ['directory', 'directory into a directory', 'two directories', 'empty directory', 'everything'],
  ],
  [
    'links',
    'followed at the top, within the context; kept in trees',
    [
      'link',
      'link to a directory',
      'through a link',
      'link in a tree',
      'dangling link',
      'link out of the context',
      'absolute link',
    ],
  ],
  [
    'wildcards',
    'those of Go, within a name',
    [
      'star',
      'star as a directory',
      'star does not cross slashes',
      'two stars',
      'question mark',
      'class',
      'range',
      'negated class',
      'escaped class',
      'bad pattern',
    ],
  ],
  [
    'wildcard without a match',
    'it is no error; a missing name is',
    [
      'wildcard without a match',
      'wildcard without a match and a file',
      'wildcard without a match to a file',
      'optional file by a class',
      'missing',
      'one of two missing',
    ],
  ],
  [
    'matched directory',
    'its contents are copied',
    ['star matches a directory', 'star of all', 'wildcard matches links'],
  ],
  [
    '--from',
    'a stage above, a context or an image; paths begin at its root',
    [
      '1.9-copy-options/flag from stage',
      '1.9-copy-options/flag from index',
      '1.9-copy-options/flag from relative path',
      '1.9-copy-options/flag from later stage',
      '1.9-copy-options/flag from own index',
      '1.9-copy-options/flag from image',
      '1.10-contexts/named directory',
      '1.9-copy-options/flag from unknown image',
    ],
  ],
]);

const destinations = rowsOf('1.9', '1.9-copy-destinations', [
  [
    'destination',
    'relative to WORKDIR; a slash makes a directory',
    [
      'relative',
      'dot',
      'dot slash',
      'dot of nothing',
      'existing directory',
      'existing file',
      'below a new directory',
      '1.9-copy-sources/file into a directory',
    ],
  ],
  [
    'several sources',
    'without a slash the last one stays',
    [
      'several without a slash',
      'several into an existing directory',
      'several onto a file',
      'directory and file without a slash',
      'file and directory without a slash',
      '1.9-copy-sources/wildcard to several, no slash',
    ],
  ],
  [
    'files and directories',
    'one does not replace the other; links are followed within the image',
    [
      'directory onto a file',
      'file onto a directory',
      'directory onto a file below',
      'below a file',
      'link at the destination',
      'below a link',
      'link that leads out',
      'dangling link',
    ],
  ],
  [
    'parents',
    'made with 0755 or the octal mode, for root or the owner',
    [
      'below a new directory',
      '1.9-copy-metadata/chown of parents',
      '1.9-copy-metadata/chmod of parents',
      '1.9-copy-metadata/chmod symbolic and parents',
    ],
  ],
  [
    'existing directories',
    'the top one keeps mode and owner',
    ['directory onto a directory', 'root', '1.9-copy-metadata/chown over existing'],
  ],
  [
    'existing sub-directories',
    'they get mode and owner of the source',
    [
      'sub-directories that exist',
      '1.9-copy-metadata/chmod over existing',
      '1.9-copy-metadata/chown over existing',
    ],
  ],
]);

const metadata = rowsOf('1.9', '1.9-copy-metadata', [
  [
    'owners and modes',
    'of root from the context, kept from stages; modes are kept',
    [
      'owner and mode',
      'modes of a tree',
      'special modes',
      'from a stage with owners',
      'from a stage, one file',
    ],
  ],
  [
    'times',
    'files keep theirs, wherever they come from',
    [
      '1.9-copy-times/archive',
      '1.9-copy-times/file from a stage',
      '1.9-copy-times/tree from a stage',
      '1.9-copy-times/linked',
      '1.10-remote-contexts/git mtime',
    ],
  ],
  [
    'attributes',
    'of extended attributes only capabilities are copied',
    [
      'xattrs',
      'xattrs of a directory',
      '1.9-copy-capabilities/from a stage',
      '1.9-copy-capabilities/context',
    ],
  ],
  [
    'links and devices',
    'hard links of regular files of one copy stay together; devices are copied, sockets become empty files',
    [
      'hard links',
      'hard links to a symlink',
      'hard links to pipes and devices',
      '1.9-copy-options/flag from hard links in a stage',
      'hard links in two copies',
      'hard links by two sources',
      'fifo',
      'socket',
      'socket by name',
      'device from a stage',
    ],
  ],
  [
    '--chown',
    'names of the destination, numbers, user and group',
    [
      'chown by numbers',
      'chown by -1',
      '1.9-copy-options/chown by negative numbers on nothing',
      'chown by a number',
      'chown by name',
      'chown by names',
      'chown by group only',
      'chown by name and number',
      'chown root',
      'chown of a tree',
    ],
  ],
  [
    'unknown names',
    'they are 0, with a warning',
    ['chown unknown user', 'chown unknown group', '1.9-copy-options/link with chown by name'],
  ],
  [
    '--chmod',
    'octal or symbolic; not for links or members of archives',
    [
      'chmod octal',
      'chmod special bits',
      'chmod add',
      'chmod X',
      'chmod copy',
      'chmod of links',
      'chmod too large',
      'chmod bad symbol',
      '1.9-add/chmod of an archive',
    ],
  ],
]);

const options = rowsOf('1.9', '1.9-copy-options', [
  [
    '--exclude',
    'patterns relative to each source',
    [
      'exclude',
      'exclude in depth',
      'exclude with a negation',
      'exclude several',
      'exclude from the root',
      'exclude of wildcard sources',
    ],
  ],
  [
    '--parents',
    'the path is kept behind `/./`; `**` works',
    [
      'parents',
      'parents with a pivot',
      'parents with two stars',
      'parents without a match',
      'parents of a missing file',
      'parents from a stage',
    ],
  ],
  [
    '--parents and links',
    'no link on the way is followed: a path is an error, a wildcard finds nothing',
    [
      'parents through a link: a file',
      'parents through a link: a directory',
      'parents through a link: a wildcard',
      'parents through a link: two stars',
      'parents through a link: the link itself',
      'parents through a link: a link before the pivot and a wildcard',
      'parents through a link of the context',
      'parents through a link of the context by a wildcard',
    ],
  ],
  [
    '--link',
    'a layer of its own, whose parents are made anew',
    [
      'link',
      'link into tmp',
      'link into an existing directory',
      'link through a link',
      'link from a stage',
    ],
  ],
  [
    '--link with others',
    '--chmod turns it off; names of owners are not seen',
    [
      'link with chmod',
      'link with chown by name',
      'link with chown by number',
      '1.0-channels/old version and --link',
    ],
  ],
]);

export const copyRows: readonly Row[] = [...sources, ...destinations, ...metadata, ...options];
