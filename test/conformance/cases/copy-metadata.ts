import { directory, file, hardlink, type Topic, table, withDifferences } from '../case.ts';
import { files } from './copy-files.ts';

const SECTION = '1.9 COPY';

const metadata = table(
  `${SECTION} metadata`,
  'FROM busybox',
  [
    [
      'owner and mode',
      'files of the context belong to root and keep their modes',
      'COPY b.txt run.sh /x/',
    ],
    ['modes of a tree', 'modes of directories are kept below the top', 'COPY d /x'],
    ['mode of the top', 'the mode of a source directory and a new destination', 'COPY empty /x'],
    ['special modes', 'set-user-ID and sticky bits are kept', 'COPY special /x/'],
    [
      'from a stage with owners',
      'owners of stages and images are kept',
      'COPY --from=rich /there/dir /x',
    ],
    [
      'from a stage, one file',
      'owners of stages and images are kept',
      'COPY --from=rich /there/dir/old /x',
    ],
    ['chown by numbers', '--chown takes numbers', 'COPY --chown=12:34 a.txt /x/y'],
    ['chown by a number', 'a number alone is the group too', 'COPY --chown=12 a.txt /x'],
    ['chown by name', 'a name alone has the group of its entry', 'COPY --chown=app a.txt /x'],
    ['chown by names', 'names of user and group', 'COPY --chown=app:extra a.txt /x'],
    ['chown by group only', 'an empty user', 'COPY --chown=:extra a.txt /x'],
    ['chown by user and colon', 'an empty group', 'COPY --chown=app: a.txt /x'],
    ['chown by name and number', 'mixed', 'COPY --chown=app:99 a.txt /x'],
    ['chown by number and name', 'mixed', 'COPY --chown=99:staff a.txt /x'],
    ['chown by signed numbers', 'numbers may have a plus', 'COPY --chown=+12:+34 a.txt /x'],
    [
      'chown by numbers too large',
      'what does not fit in 31 bits is an unknown name',
      'COPY --chown=3000000000:5 a.txt /x',
    ],
    ['chown root', 'root is 0', 'COPY --chown=root --from=rich /there/dir /x'],
    ['chown unknown user', 'an unknown name', 'COPY --chown=nowhere a.txt /x'],
    ['chown unknown group', 'an unknown group', 'COPY --chown=app:nowhere a.txt /x'],
    [
      'chown of parents',
      'parents that are made belong to the same owner',
      'COPY --chown=12:34 a.txt /p/q/r',
    ],
    [
      'chown of existing parents',
      'parents that exist keep their owner',
      'COPY --chown=12:34 a.txt /there/dir/new/x',
    ],
    ['chown of a tree', 'everything in a tree', 'COPY --chown=12:34 d /x'],
    ['chown of a link', 'links too', 'COPY --chown=12:34 d/up d /x/'],
    ['chown over existing', 'a directory that exists', 'COPY --chown=12:34 modes /there/dir'],
    ['chown empty', '--chown needs a value', 'COPY --chown= a.txt /x'],
    ['chown with three parts', 'user and group only', 'COPY --chown=a:b:c a.txt /x'],
    ['chmod octal', '--chmod takes octal', 'COPY --chmod=0600 a.txt run.sh /x/'],
    ['chmod three digits', '--chmod takes octal', 'COPY --chmod=755 a.txt /x'],
    ['chmod special bits', '--chmod takes special bits', 'COPY --chmod=4711 a.txt /x'],
    ['chmod of a tree', 'directories get the mode too', 'COPY --chmod=700 d /x'],
    [
      'chmod of parents',
      'parents that are made get the octal mode',
      'COPY --chmod=700 a.txt /p/q/r',
    ],
    ['chmod of links', 'links have no mode', 'COPY --chmod=600 link-d /x/'],
    ['chmod too large', 'at most 7777', 'COPY --chmod=17777 a.txt /x'],
    ['chmod no octal', 'octal digits only', 'COPY --chmod=888 a.txt /x'],
    ['chmod empty', '--chmod needs a value', 'COPY --chmod= a.txt /x'],
    ['chmod add', 'symbolic +x', 'COPY --chmod=+x a.txt b.txt /x/'],
    ['chmod for one', 'symbolic u+x', 'COPY --chmod=u+x a.txt b.txt /x/'],
    ['chmod set', 'symbolic =', 'COPY --chmod=u=rw,g=r,o= run.sh d /x/'],
    ['chmod X', 'X is for directories and programs', 'COPY --chmod=u=rwX,go=rX a.txt run.sh d /x/'],
    ['chmod copy', 'g=u copies', 'COPY --chmod=g=u b.txt d /x/'],
    ['chmod remove', 'symbolic -', 'COPY --chmod=a-r,o-x a.txt run.sh /x/'],
    ['chmod special', 'symbolic s and t', 'COPY --chmod=u+s,g+s,+t run.sh /x/'],
    [
      'chmod symbolic and parents',
      'parents that are made and a symbolic mode',
      'COPY --chmod=go-rwx a.txt /p/q/r',
    ],
    ['chmod bad symbol', 'a symbolic mode has a form', 'COPY --chmod=u+q a.txt /x'],
    ['chmod over existing', 'a directory that exists', 'COPY --chmod=0707 modes /there/dir'],
    ['hard links', 'hard links within one copy stay one file', 'COPY links /x'],
    [
      'hard links in two copies',
      'hard links in two copies are two files',
      'COPY links/a /x/',
      'COPY links/b /x/',
    ],
    [
      'hard links by two sources',
      'hard links of two sources of one copy',
      'COPY links/a links/b /x/',
    ],
    ['hard links with chmod', 'modes of linked files', 'COPY --chmod=600 links /x'],
    ['xattrs', 'extended attributes are copied', 'COPY attributes /x'],
    ['xattrs of a directory', 'extended attributes in a tree', 'COPY in-tree /x'],
    ['fifo', 'a FIFO in the context', 'COPY fifo-dir /x'],
    [
      'device from a stage',
      'devices are copied',
      'RUN mknod /null c 1 3 && mkfifo /pipe',
      'FROM scratch',
      'COPY --from=0 /null /pipe /dev/',
    ],
    ['names in latin1', 'names may have any bytes', 'COPY bytes /x'],
    ['names with newlines', 'names may have any bytes', 'COPY strange /x'],
    ['empty file', 'an empty file', 'COPY nothing /x'],
    ['large file', 'a file larger than a block', 'COPY large /x'],
    ['unknown flag', 'COPY knows its flags', 'COPY --owner=1 a.txt /x'],
    ['checksum', 'COPY has no --checksum', 'COPY --checksum=sha256:00 a.txt /x'],
    [
      'history of flags',
      '--chown and --chmod are in the history, --link and --from are not',
      'COPY --link --chown=1:2 --chmod=600 a.txt /x',
      'COPY --from=rich /there/file /y',
    ],
  ],
  {
    files: {
      ...files,
      'modes/sub/new': 'new\n',
      'modes/sub': directory(0o775),
      modes: directory(0o777),
      'special/set': file('x', 0o4755),
      'special/sticky': directory(0o1777),
      'links/a': 'linked\n',
      'links/b': hardlink('links/a'),
      'links/sub/c': hardlink('links/a'),
      attributes: file('x\n', 0o644, { 'user.one': 'value', 'user.two': '\x00\xff' }),
      'in-tree/f': file('x\n', 0o644, { 'user.one': 'value' }),
      'fifo-dir/pipe': { type: 'fifo' },
      'fifo-dir/f': 'f\n',
      'bytes/caf\xe9': 'latin1\n',
      'bytes/\xc3\xa9': 'utf8\n',
      'strange/new\nline': '1\n',
      'strange/ blank ': '2\n',
      'strange/"quote\\': '3\n',
      nothing: '',
      large: file(Buffer.alloc(100_000, 'large '), 0o644),
    },
  },
);

const XATTRS =
  'extended attributes of files are kept in layers, where BuildKit exports only capabilities';

export const copyMetadata: Topic = {
  name: '1.9-copy-metadata',
  cases: withDifferences(metadata, {
    xattrs: {
      reason: XATTRS,
      lamina: {
        outcome: {
          files: { x: 'file 0644 0:0 "x\\n" user.one="value" user.two="\\u0000\u00ff"' },
        },
      },
    },
    'xattrs of a directory': {
      reason: XATTRS,
      lamina: {
        outcome: {
          files: { x: 'directory 0755 0:0', 'x/f': 'file 0644 0:0 "x\\n" user.one="value"' },
        },
      },
    },
  }),
};
