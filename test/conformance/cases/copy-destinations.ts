import { directory, symlink, type Topic, table } from '../case.ts';
import { files } from './copy-files.ts';

const SECTION = '1.9 COPY';

const destinations = table(
  `${SECTION} destination`,
  'FROM busybox',
  [
    ['relative', 'the destination is relative to WORKDIR', 'WORKDIR /w', 'COPY a.txt x'],
    ['dot', '`.` is WORKDIR', 'WORKDIR /w', 'COPY a.txt .'],
    ['dot slash', '`./` is WORKDIR', 'WORKDIR /w', 'COPY a.txt b.txt ./'],
    ['dot of nothing', '`.` without WORKDIR is /', 'COPY a.txt .'],
    ['dots', '`..` is above WORKDIR', 'WORKDIR /w/v', 'COPY a.txt ../x'],
    [
      'dots at the end of a new path',
      '`..` at the end is no slash',
      'WORKDIR /w/v',
      'COPY --link a.txt /none/dir/..',
    ],
    ['dots at the end', '`..` at the end is a directory', 'WORKDIR /w/v', 'COPY a.txt ..'],
    ['below a new directory', 'missing parents are made', 'COPY a.txt /p/q/r'],
    ['existing directory', 'a file goes into an existing directory', 'COPY a.txt /there/dir'],
    [
      'existing directory with a slash',
      'a file goes into an existing directory',
      'COPY a.txt /there/dir/',
    ],
    ['existing file', 'a file replaces a file', 'COPY a.txt /there/file'],
    ['existing file with a slash', 'a file is no directory', 'COPY a.txt /there/file/'],
    ['below a file', 'a file is no parent', 'COPY a.txt /there/file/x'],
    ['directory onto a file', 'a directory cannot replace a file', 'COPY d /there/file'],
    [
      'directory onto a directory',
      'the existing directory keeps mode and owner',
      'COPY d /there/dir',
    ],
    ['file onto a directory', 'a file cannot replace a directory below', 'COPY clash /there/'],
    [
      'directory onto a file below',
      'a directory cannot replace a file below',
      'COPY clash2 /there/',
    ],
    ['link at the destination', 'a link to a directory is followed', 'COPY a.txt /there/link/'],
    [
      'link at the destination, no slash',
      'a link to a directory is followed',
      'COPY a.txt /there/link',
    ],
    ['below a link', 'links among the parents are followed', 'COPY a.txt /there/link/sub/x'],
    [
      'absolute link',
      'an absolute link starts at the root of the image',
      'COPY a.txt /there/absolute/x',
    ],
    ['link that leads out', 'a link does not lead out of the image', 'COPY a.txt /there/outside/x'],
    ['dangling link', 'a link to nothing', 'COPY a.txt /there/dangling'],
    ['below a dangling link', 'the target of the link is made', 'COPY a.txt /there/dangling/x'],
    ['link to a file', 'a link to a file', 'COPY a.txt /there/to-file'],
    ['directory onto a link', 'a directory goes where the link points', 'COPY d /there/link'],
    [
      'directory with a link onto a directory',
      'a link in the source meets a directory',
      'COPY clash3 /there/',
    ],
    ['several without a slash', 'several sources to a new name', 'COPY a.txt b.txt /new'],
    [
      'several into an existing directory',
      'several sources to a directory without a slash',
      'COPY a.txt b.txt /there/dir',
    ],
    ['several onto a file', 'several sources to a file', 'COPY a.txt b.txt /there/file'],
    [
      'directory and file without a slash',
      'a directory first makes a directory',
      'COPY d a.txt /new',
    ],
    ['file and directory without a slash', 'a file first', 'COPY a.txt d /new'],
    [
      'sub-directories that exist',
      'below the top, modes of the source win',
      'COPY modes /there/dir',
    ],
    ['root', 'the root keeps its mode', 'COPY d /'],
    ['slash at the end of a new directory', 'a directory source and a slash', 'COPY d /new/'],
    ['blanks and quotes', 'quotes of the destination', 'COPY a.txt "/x"'],
    [
      'same file again',
      'a copy that changes nothing makes a layer',
      'COPY a.txt /x',
      'COPY a.txt /x',
    ],
    ['over a changed file', 'a later copy wins', 'COPY a.txt /x', 'COPY b.txt /x'],
  ],
  {
    files: {
      ...files,
      'clash/dir': 'a file\n',
      'clash2/file/x': 'x\n',
      'clash3/dir': symlink('elsewhere'),
      'modes/sub/new': 'new\n',
      'modes/sub': directory(0o775),
      modes: directory(0o777),
    },
  },
);

export const copyDestinations: Topic = { name: '1.9-copy-destinations', cases: destinations };
