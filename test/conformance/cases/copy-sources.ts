import { type ConformanceCase, lines, type Topic, table, withDifferences } from '../case.ts';
import { files } from './copy-files.ts';

const SECTION = '1.9 COPY';

const sources = table(
  `${SECTION} sources`,
  'FROM scratch',
  [
    ['file', 'a file is copied as a file', 'COPY a.txt /x'],
    ['file into a directory', 'a trailing slash makes a directory', 'COPY a.txt /x/'],
    ['directory', 'the contents of a directory are copied', 'COPY d /x'],
    ['directory with a slash', 'a slash at the end of a source has no meaning', 'COPY d/ /x'],
    ['directory into a directory', 'the contents, not the directory itself', 'COPY d /x/'],
    ['two directories', 'contents are merged', 'COPY d e /x/'],
    ['empty directory', 'the contents of an empty directory are nothing', 'COPY empty /x'],
    ['empty directory to a slash', 'the destination is made', 'COPY empty /x/'],
    ['everything', '`.` is the context', 'COPY . /x/'],
    ['everything to the root', '`.` to the root', 'COPY . /'],
    ['root of the context', '`/` is the context', 'COPY / /x/'],
    ['leading slash', 'a leading slash has no meaning', 'COPY /a.txt /x'],
    ['above the context', '`..` stops at the context', 'COPY ../a.txt /x'],
    ['far above the context', '`..` stops at the context', 'COPY d/../../../a.txt /x'],
    ['dots inside', 'a source is cleaned', 'COPY d/./sub/../one /x'],
    ['missing', 'a missing source is an error', 'COPY none /x'],
    ['missing in a directory', 'a missing source is an error', 'COPY d/none /x'],
    ['one of two missing', 'every literal source has to exist', 'COPY a.txt none /x/'],
    ['file as a directory', 'a path below a file is missing', 'COPY a.txt/b /x'],
    ['link', 'a link that is the source is followed', 'COPY link /x'],
    ['link into a directory', 'a followed link keeps its own name', 'COPY link /x/'],
    ['link to a directory', 'a link to a directory is followed', 'COPY link-d /x'],
    ['through a link', 'links in the path are followed', 'COPY link-d/one /x'],
    ['link in a tree', 'a link inside a tree stays one', 'COPY d /x'],
    ['dangling link', 'a link to nothing', 'COPY dangling /x'],
    ['link out of the context', 'a link does not lead out of the context', 'COPY outside /x'],
    ['absolute link', 'an absolute link starts at the context', 'COPY absolute /x'],
    ['star', '`*` matches within a name', 'COPY *.txt /x/'],
    ['star in a directory', '`*` in the last part', 'COPY d/*.txt /x/'],
    ['star as a directory', '`*` in an earlier part', 'COPY */one /x/'],
    ['star does not cross slashes', '`*` stops at a slash', 'COPY d*three.txt /x/'],
    ['star matches a directory', 'a matched directory is copied as contents', 'COPY d/su* /x/'],
    ['star of all', 'files and contents of directories', 'COPY d/* /x/'],
    ['two stars', '`**` has no meaning of its own', 'COPY d/**/three.txt /x/'],
    ['two stars in front', '`**` has no meaning of its own', 'COPY **/four /x/'],
    ['question mark', '`?` is one character', 'COPY ?.txt /x/'],
    ['question mark and dots', '`?` matches a dot', 'COPY a?txt /x/'],
    ['class', '`[..]` is a class', 'COPY [ab].txt /x/'],
    ['range', '`[a-b]` is a range', 'COPY [a-b].txt /x/'],
    ['negated class', '`[^..]` is a negated class', 'COPY [^a].txt /x/'],
    ['escaped class', 'a backslash takes the meaning away', 'COPY x\\\\[1].txt /x/'],
    ['bracket in brackets', '`[[]` is a bracket', 'COPY x[[]1].txt /x/'],
    ['bad pattern', 'an open bracket', 'COPY [a /x/'],
    [
      'wildcard without a match',
      'a wildcard that matches nothing is not an error',
      'COPY *.none /x/',
    ],
    [
      'wildcard without a match and a file',
      'a wildcard that matches nothing is not an error',
      'COPY a.txt *.none /x/',
    ],
    [
      'wildcard without a match to a file',
      'a wildcard that matches nothing is not an error',
      'COPY *.none /x',
    ],
    [
      'wildcard in a missing directory',
      'the directory before a wildcard has to exist',
      'COPY none/*.txt /x/',
    ],
    [
      'wildcard in a missing directory of a stage',
      'the directory before a wildcard has to exist',
      'COPY --from=busybox /none/*.txt /x/',
    ],
    [
      'wildcard without a match in a directory of a stage',
      'a wildcard that matches nothing is not an error',
      'COPY --from=busybox /there/*.none /x/',
    ],
    [
      'wildcard without a match in a directory',
      'a wildcard that matches nothing in a directory',
      'COPY d/*.none /x/',
    ],
    ['optional file by a class', 'a class makes a source optional', 'COPY a.tx[t] none.tx[t] /x/'],
    ['wildcard to one file', 'one match without a slash is a file', 'COPY a.* /x'],
    [
      'wildcard to several, no slash',
      'several matches without a slash: the last one stays',
      'COPY *.txt /x',
    ],
    ['wildcard matches links', 'a matched link', 'COPY l*k /x/'],
    ['json form', 'the exec form allows blanks', 'COPY ["with blank", "/x y/"]'],
    ['quoted words', 'quotes do not group words', 'COPY "with blank" /x/'],
    ['escaped blank', 'a backslash does not group words', 'COPY with\\ blank /x/'],
    ['one argument', 'COPY needs two arguments', 'COPY a.txt'],
    ['no arguments', 'COPY needs two arguments', 'COPY'],
    ['same source twice', 'a source may be given twice', 'COPY a.txt a.txt /x/'],
    ['from a url', 'COPY takes no URL', 'COPY http://nowhere.invalid/f /x'],
  ],
  { files },
);

const dotFiles: ConformanceCase = {
  name: 'dot files',
  rule: `${SECTION} sources: \`*\` matches dot files`,
  dockerfile: lines('FROM scratch', 'COPY * /x/', 'COPY d/?* /y/'),
  files: { '.dot': 'dot\n', plain: 'plain\n', 'd/.a': 'a\n', 'd/..b': 'b\n' },
};

const exclamationMark: ConformanceCase = {
  name: 'exclamation mark',
  rule: `${SECTION} sources: a name that begins as a negation does`,
  dockerfile: lines('FROM scratch', 'COPY !a /x'),
  files: { '!a': 'a\n' },
  difference: {
    reason: 'A source that begins with `!` is a file of that name, which BuildKit does not find',
    lamina: {
      outcome: {
        error: undefined,
        platform: 'linux/amd64',
        config: {
          Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
          WorkingDir: '/',
        },
        history: ['layer: COPY !a /x # buildkit'],
        files: { x: 'file 0644 0:0 "a\\n"' },
      },
    },
  },
};

const reservedName: ConformanceCase = {
  name: 'reserved name',
  rule: `${SECTION} sources: a file whose name means a deleted one in layers`,
  dockerfile: lines('FROM busybox', 'COPY . /there/'),
  files: { '.wh.file': 'a\n' },
  difference: {
    reason:
      'A file whose name begins with `.wh.` is refused; BuildKit creates a layer that deletes another file',
    lamina: { fails: 'LAYER_RESERVED_NAME' },
  },
};

export const copySources: Topic = {
  name: '1.9-copy-sources',
  cases: withDifferences([...sources, dotFiles, exclamationMark, reservedName], {
    'wildcard without a match in a directory': {
      reason:
        'A wildcard that matches nothing in a directory of the context selects nothing. BuildKit fails, since it did not receive the directory',
      lamina: {
        outcome: {
          error: undefined,
          platform: 'linux/amd64',
          config: {
            Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
            WorkingDir: '/',
          },
          history: ['layer: COPY d/*.none /x/ # buildkit'],
          files: {},
        },
      },
    },
    'escaped class': {
      reason:
        'An escaped wildcard in a source stands for the character itself; BuildKit looks for a backslash',
      lamina: {
        outcome: {
          error: undefined,
          platform: 'linux/amd64',
          config: {
            Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
            WorkingDir: '/',
          },
          history: ['layer: COPY x\\[1].txt /x/ # buildkit'],
          files: { x: 'directory 0755 0:0', 'x/x[1].txt': 'file 0644 0:0 "brackets\\n"' },
        },
      },
    },
  }),
};
