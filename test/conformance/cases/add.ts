import { gzipSync } from 'node:zlib';
import {
  type ConformanceCase,
  type ContextFiles,
  file,
  lines,
  type Topic,
  withDifferences,
} from '../case.ts';
import { packTar } from '../pack-tar.ts';

const SECTION = '1.9 ADD';

const bytes = (text: string) => Buffer.from(text);
const tar = packTar([
  { path: 'dir', type: 'directory', mode: 0o750, uid: 5, gid: 6 },
  { path: 'dir/f', type: 'file', mode: 0o640, uid: 7, gid: 8, content: bytes('f\n') },
  { path: 'dir/link', type: 'symlink', mode: 0o777, linkTarget: 'f' },
  { path: 'dir/hard', type: 'hardlink', mode: 0o640, uid: 7, gid: 8, linkTarget: 'dir/f' },
  { path: 'top', type: 'file', mode: 0o755, content: bytes('top\n') },
]);
const hostile = packTar([
  { path: '../../up', type: 'file', mode: 0o644, content: bytes('up\n') },
  { path: '/absolute', type: 'file', mode: 0o644, content: bytes('absolute\n') },
]);
const clipped = packTar([
  { path: 'd/../../w', type: 'file', mode: 0o644, content: bytes('w\n') },
  { path: '../d', type: 'directory', mode: 0o700 },
  { path: 'hard', type: 'hardlink', mode: 0o644, linkTarget: '../../../w' },
  { path: 'soft', type: 'symlink', mode: 0o777, linkTarget: '../../../../etc/passwd' },
]);
const through = packTar([
  { path: 'out', type: 'symlink', mode: 0o777, linkTarget: '/there' },
  { path: 'out/f', type: 'file', mode: 0o644, content: bytes('f\n') },
]);
const implied = packTar([
  { path: 'p/q/f', type: 'file', mode: 0o644, uid: 7, gid: 8, content: bytes('f\n') },
  { path: 'dir/new/g', type: 'file', mode: 0o644, uid: 7, gid: 8, content: bytes('g\n') },
]);
const fromBase64 = (...parts: string[]) => Buffer.from(parts.join(''), 'base64');

const files: ContextFiles = {
  'a.txt': 'a\n',
  'd/one': 'one\n',
  'files.tar': file(tar),
  'files.tar.gz': file(gzipSync(tar, { level: 9 })),
  'no-suffix': file(gzipSync(tar, { level: 9 })),
  'text.gz': file(gzipSync('only text\n')),
  'broken.tar': file(tar.subarray(0, 700)),
  'hostile.tar': file(hostile),
  'through.tar': file(through),
  'clipped.tar': file(clipped),
  'implied.tar': file(implied),
  'empty.tar': file(Buffer.alloc(10_240)),
  'text.tar': 'no archive\n',
  'nested/files.tar': file(tar),
  'small.tar.bz2': file(bzip2()),
  'small.tar.xz': file(xz()),
  'small.tar.zst': file(zstd()),
};

type Row = readonly [
  name: string,
  rule: string,
  dockerfile: readonly string[],
  options?: ConformanceCase['options'],
];

const served = {
  served: {
    'page.html': { content: '<p>\n', lastModified: 'Wed, 01 Jan 2020 00:00:00 GMT' },
    plain: 'plain\n',
    'files.tar.gz': { content: gzipSync(tar, { level: 9 }) },
  },
} as const;
const SUM = 'sha256:49cb957bd6507b6c4f06df0a9bb4cb95d1ed8d43b1b4a38f3eb9bd3a77ea39b2';

const rows: readonly Row[] = [
  ['file', 'a file is copied', ['ADD a.txt /x']],
  ['directory', 'the contents of a directory are copied', ['ADD d /x']],
  ['archive', 'an archive is unpacked', ['ADD files.tar /x']],
  ['archive with a slash', 'the destination is a directory', ['ADD files.tar /x/']],
  ['archive into an existing directory', 'an archive over what is there', ['ADD files.tar /there']],
  ['archive onto a file', 'the destination is a directory', ['ADD files.tar /there/file']],
  ['gzip', 'gzip is recognised by its content', ['ADD files.tar.gz /x']],
  ['gzip without a suffix', 'names do not matter', ['ADD no-suffix /x']],
  ['bzip2', 'bzip2 archives', ['ADD small.tar.bz2 /x']],
  ['xz', 'xz archives', ['ADD small.tar.xz /x']],
  ['zstd', 'zstd archives', ['ADD small.tar.zst /x']],
  ['compressed text', 'a compressed file that is no archive is copied', ['ADD text.gz /x/']],
  ['no archive', 'a name alone makes no archive', ['ADD text.tar /x/']],
  ['broken archive', 'an archive that ends early', ['ADD broken.tar /x/']],
  ['empty archive', 'an archive without members', ['ADD empty.tar /x/']],
  ['names that lead out', 'members stay below the destination', ['ADD hostile.tar /x/']],
  [
    'more names that lead out',
    'names and targets of hard links are cleaned below the destination',
    ['ADD clipped.tar /x/'],
  ],
  ['links that lead out', 'members behind links', ['ADD through.tar /x/']],
  ['archive in a directory', 'an archive inside of a directory is copied', ['ADD nested /x/']],
  ['archives by a wildcard', 'matches are unpacked', ['ADD nested/*.tar /x/']],
  [
    'unpack false',
    '--unpack=false copies the archive',
    ['ADD --unpack=false text.gz /x/', 'ADD --unpack=false empty.tar /y/'],
  ],
  ['unpack true', '--unpack=true unpacks', ['ADD --unpack=true files.tar.gz /x/']],
  ['unpack of a text', '--unpack=true of something else', ['ADD --unpack=true a.txt /x/']],
  ['chown of an archive', '--chown applies to members', ['ADD --chown=12:34 files.tar /x/']],
  [
    'implied directories of an archive',
    'directories that are no members belong to root',
    ['ADD implied.tar /x/y/'],
  ],
  [
    'chown of implied directories of an archive',
    '--chown applies to directories that are no members',
    ['ADD --chown=12:34 implied.tar /x/y/'],
  ],
  [
    'chown of implied directories over existing ones',
    '--chown leaves directories that were there',
    ['ADD --chown=12:34 implied.tar /there/'],
  ],
  [
    'chown by -1 of an archive',
    'a negative number is a number',
    ['ADD --chown=-1 implied.tar /x/'],
  ],
  ['chmod of an archive', '--chmod does not apply to members', ['ADD --chmod=777 files.tar /x/']],
  ['chmod of a file', '--chmod applies to files', ['ADD --chmod=600 a.txt /x/']],
  ['link of an archive', '--link and an archive', ['ADD --link files.tar /x/']],
  ['link of a file', '--link and a file', ['ADD --link a.txt /tmp/x']],
  ['exclude', '--exclude leaves files out', ['ADD --exclude=*.tar nested a.txt /x/']],
  ['file and archive', 'sources of both kinds', ['ADD a.txt files.tar /x/']],
  ['from', 'ADD has no --from', ['ADD --from=rich /x /x']],
  ['parents', 'ADD has no --parents', ['ADD --parents a.txt /x/']],
  [
    'checksum of a local file',
    '--checksum is for remote files',
    [`ADD --checksum=${SUM} a.txt /x`],
  ],
  ['history', 'ADD in the history', ['ADD --chown=1:2 a.txt d /x/']],
  ['missing', 'a missing source is an error', ['ADD none /x']],
  [
    'wildcard without a match',
    'a wildcard that matches nothing is not an error',
    ['ADD none* /x/'],
  ],
  ['remote', 'a remote file has mode 0600', ['ARG FILES', 'ADD $FILES/plain /x'], served],
  [
    'remote into a directory',
    'the name comes from the URL',
    ['ARG FILES', 'ADD $FILES/page.html /x/'],
    served,
  ],
  [
    'remote with a query',
    'the query is no part of the name',
    ['ARG FILES', 'ADD $FILES/plain?a=b /x/'],
    served,
  ],
  [
    'remote archive',
    'a remote archive is not unpacked',
    ['ARG FILES', 'ADD --chmod=644 $FILES/files.tar.gz /x/', 'RUN ls /x > /f && rm -r /x'],
    served,
  ],
  [
    'remote archive unpacked',
    '--unpack=true unpacks',
    ['ARG FILES', 'ADD --unpack=true $FILES/files.tar.gz /x/'],
    served,
  ],
  [
    'remote with chmod',
    '--chmod of a remote file',
    ['ARG FILES', 'ADD --chmod=755 $FILES/plain /x'],
    served,
  ],
  [
    'remote with chown',
    '--chown of a remote file',
    ['ARG FILES', 'ADD --chown=12:34 $FILES/plain /p/x'],
    served,
  ],
  [
    'remote missing',
    'a status other than 200 is an error',
    ['ARG FILES', 'ADD $FILES/none /x'],
    served,
  ],
  [
    'remote with a checksum',
    '--checksum is checked',
    ['ARG FILES', `ADD --checksum=${SUM} $FILES/plain /x`],
    served,
  ],
  [
    'remote with the right checksum',
    '--checksum is checked',
    [
      'ARG FILES',
      'ADD --checksum=sha256:dacf36547c7774a0a170806363b5d412991fbc0d6260b2c00b1d3a80a816c23f $FILES/plain /x',
    ],
    served,
  ],
  [
    'remote with a bad checksum',
    '--checksum is a digest',
    ['ARG FILES', 'ADD --checksum=abc $FILES/plain /x'],
    served,
  ],
  ['checksum of nothing', 'an empty --checksum says nothing', ['ADD --checksum= a.txt /x']],
  [
    'remote with a checksum of nothing',
    'an empty --checksum says nothing',
    ['ARG FILES', 'ADD --checksum= $FILES/plain /x'],
    served,
  ],
  [
    'remote with two sources and a checksum',
    '--checksum is for one source',
    ['ARG FILES', `ADD --checksum=${SUM} $FILES/plain $FILES/page.html /x/`],
    served,
  ],
  [
    'remote and local',
    'sources of both kinds',
    ['ARG FILES', 'ADD $FILES/plain a.txt /x/'],
    served,
  ],
  [
    'remote without a name',
    'a slash at the end of a URL',
    ['ARG FILES', 'ADD $FILES/sub/ /x/'],
    { served: { 'sub/': 'nameless\n' } },
  ],
  ['remote link', '--link of a remote file', ['ARG FILES', 'ADD --link $FILES/plain /x/'], served],
];

const cases = rows.map(
  ([name, rule, dockerfile, options]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines('FROM busybox', ...dockerfile),
    files,
    ...(options && { options }),
  }),
);

function bzip2(): Buffer {
  return fromBase64(
    'QlpoOTFBWSZTWdLCwsEAAHN7gNGQAARAAE2AAAhgBh4ACAggAFQlIaTJkND0aCSQEGIxGa95HIQTghCK4jStqQmgQwdOLPkyHsI8ihHsr4q9CyPzNxjJBndX5REDYu5IpwoSGlhYWCA=',
  );
}

function xz(): Buffer {
  return fromBase64(
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4Cf/AF1dADmbSEfPkglHafaA97vXo5M2BiMPZzgNm10sWf61jKvyxsS44zzUekTI2kt7ypoP8WU3wSXe6H6arES5XxT2L+Gz1dfdR1Rh9XY8KinsNu0xv7JEA2gfMXqN+ipoAAAAAAA3pvjKV7l28AABeYBQAAAA5DeTlbHEZ/sCAAAAAARZWg==',
  );
}

function zstd(): Buffer {
  return fromBase64(
    'KLUv/WQAJ+0BANKCCAzAPSTpV7HU4vQ6JgMQ8IMebwNcwMzqh0MdaA6n+n9AvNwJIFC35/bFOA4QwjyF3vTtgTLlbc9Otwgw1RWR',
  );
}

const differing = withDifferences(cases, {
  'links that lead out': {
    reason:
      'ADD follows links of an archive within the destination, and creates missing directories that these links point to',
    lamina: {
      outcome: {
        error: undefined,
        platform: 'linux/amd64',
        author: 'the base',
        config: {
          Cmd: ['sh'],
          Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        },
        history: ['layer: ADD through.tar /x/ # buildkit'],
        files: {
          x: 'directory 0755 0:0',
          'x/out': 'symlink 0:0 -> /there',
          'x/there': 'directory 0755 0:0',
          'x/there/f': 'file 0644 0:0 "f\\n"',
        },
      },
    },
  },
});

export const add: Topic = { name: '1.9-add', cases: differing };
