import { gzipSync } from 'node:zlib';
import { type ConformanceCase, lines, type Topic } from '../case.ts';
import { packTar } from '../pack-tar.ts';

const SECTION = '1.9 ADD of files by HTTP';
type Row = readonly [name: string, rule: string, ...instructions: string[]];

const tar = packTar([
  { path: 'd', type: 'directory', mode: 0o750, uid: 5, gid: 6 },
  { path: 'd/f', type: 'file', mode: 0o640, uid: 7, gid: 8, content: Buffer.from('f\n') },
]);
const PLAIN = '06e5ad39a5d6c725289275ec094a2f79d9ced26077b3c46d59b9da87a7b1d53b';

const served = {
  plain: { content: 'plain by HTTP\n', lastModified: 'Thu, 02 Jan 2020 03:04:05 GMT' },
  timeless: 'timeless\n',
  'sub/name.txt': 'name\n',
  'a b': 'blank\n',
  'files.tar': { content: tar, lastModified: 'Thu, 02 Jan 2020 03:04:05 GMT' },
  'files.tar.gz': { content: gzipSync(tar, { level: 9 }) },
  'sub/': 'directory\n',
};

const rows: readonly Row[] = [
  ['file', 'mode 0600, of root, with the time of Last-Modified', 'ADD $FILES/plain /x'],
  ['no time', 'without Last-Modified the time is 0', 'ADD $FILES/timeless /x'],
  ['chmod and time', '--chmod leaves the time alone', 'ADD --chmod=644 $FILES/plain /x'],
  ['chmod symbolic', '--chmod may be symbolic', 'ADD --chmod=a+rx $FILES/plain /x'],
  [
    'name of the last element',
    'the name is the last element of the path',
    'ADD $FILES/sub/name.txt /x/',
  ],
  ['name with an escaped blank', 'the name is decoded', 'ADD $FILES/a%20b /x/'],
  ['name behind a fragment', 'a fragment is no part of the name', 'ADD $FILES/plain#frag /x/'],
  [
    'name before a slash',
    'of an address that ends in a slash it is the last element',
    'ADD $FILES/sub/ /x/',
  ],
  ['slash to a file', 'an address that ends in a slash, to a name', 'ADD $FILES/sub/ /x'],
  [
    'into an existing directory',
    'a file goes into an existing directory',
    'ADD $FILES/plain /there/dir',
  ],
  ['to WORKDIR', 'the destination is relative', 'WORKDIR /w', 'ADD $FILES/plain .'],
  ['several', 'several files', 'ADD $FILES/plain $FILES/timeless /x/'],
  [
    'archive stays',
    'an archive is not unpacked',
    'ADD $FILES/files.tar.gz /x/',
    'RUN stat -c "%a %n" /x/* > /f; rm -r /x',
  ],
  ['archive unpacked', '--unpack=true unpacks', 'ADD --unpack=true $FILES/files.tar /x/'],
  [
    'archive unpacked with chown',
    '--unpack=true and --chown',
    'ADD --unpack=true --chown=1:2 $FILES/files.tar /x/',
  ],
  ['archive kept', '--unpack=false is the default', 'ADD --unpack=false $FILES/plain /x/'],
  ['unpack of a text', '--unpack=true of something else', 'ADD --unpack=true $FILES/plain /x/'],
  ['checksum', '--checksum is compared', `ADD --checksum=sha256:${PLAIN} $FILES/plain /x`],
  [
    'checksum of a variable',
    '--checksum is expanded',
    `ARG SUM=sha256:${PLAIN}`,
    'ADD --checksum=$SUM $FILES/plain /x',
  ],
  [
    'checksum in upper case',
    'a digest is in lower case',
    `ADD --checksum=sha256:${PLAIN.toUpperCase()} $FILES/plain /x`,
  ],
  [
    'checksum by another algorithm',
    'algorithms are known ones',
    'ADD --checksum=md5:d41d8cd98f00b204e9800998ecf8427e $FILES/plain /x',
  ],
  ['checksum of nothing', '--checksum needs a value', 'ADD --checksum= $FILES/plain /x'],
  [
    'checksum with a document',
    '--checksum is for one remote source',
    `ADD --checksum=sha256:${PLAIN} <<EOF $FILES/plain /x/`,
    'x',
    'EOF',
  ],
  ['keep-git-dir', '--keep-git-dir of a file', 'ADD --keep-git-dir $FILES/plain /x'],
  ['exclude', '--exclude of the file', 'ADD --exclude=plain $FILES/plain /x/'],
  ['link', '--link', 'ADD --link $FILES/plain /tmp/x'],
  [
    'history',
    'the address is in the history',
    `ADD --checksum=sha256:${PLAIN} --chmod=600 $FILES/plain /x`,
  ],
];

const cases = rows.map(
  ([name, rule, ...instructions]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines('FROM busybox', 'ARG FILES', ...instructions),
    files: { a: 'a\n' },
    options: { served },
    times: ['x', 'x/plain', 'x/timeless', 'x/name.txt', 'there/dir/plain', 'w/plain', 'tmp/x'],
  }),
);

const HOST = '127.0.0.1';
const TOKEN = 'a token';

/** Logins: the header that the server wants, and the secrets that are given. */
const logins: readonly (readonly [
  name: string,
  rule: string,
  authorization: string,
  secrets: Readonly<Record<string, string>>,
])[] = [
  [
    'login by a token',
    'the token of the host is sent as a bearer',
    `Bearer ${TOKEN}`,
    { [`HTTP_AUTH_TOKEN_${HOST}`]: TOKEN },
  ],
  [
    'login by a header',
    'the header of the host is sent as it is',
    'Basic bWU6c2VjcmV0',
    { [`HTTP_AUTH_HEADER_${HOST}`]: 'Basic bWU6c2VjcmV0' },
  ],
  [
    'login by both',
    'the token goes before the header',
    `Bearer ${TOKEN}`,
    { [`HTTP_AUTH_HEADER_${HOST}`]: 'Basic other', [`HTTP_AUTH_TOKEN_${HOST}`]: TOKEN },
  ],
  ['login that is missing', 'without a secret nothing is sent', `Bearer ${TOKEN}`, {}],
  [
    'login for another host',
    'the secret of another host is not sent',
    `Bearer ${TOKEN}`,
    { HTTP_AUTH_TOKEN_localhost: TOKEN },
  ],
  [
    'login that is wrong',
    'what the server refuses is an error',
    `Bearer ${TOKEN}`,
    { [`HTTP_AUTH_TOKEN_${HOST}`]: 'another' },
  ],
  [
    'login with the port',
    'the host in the name has no port',
    `Bearer ${TOKEN}`,
    { [`HTTP_AUTH_TOKEN_${HOST}:80`]: TOKEN },
  ],
  [
    'login of a repository',
    'the secrets for git are not for files',
    `Bearer ${TOKEN}`,
    { GIT_AUTH_TOKEN: TOKEN, GIT_AUTH_HEADER: `Bearer ${TOKEN}` },
  ],
];

const loginCases = logins.map(
  ([name, rule, authorization, secrets]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines('FROM busybox', 'ARG FILES', 'ADD $FILES/closed /x'),
    options: { served: { closed: { content: 'inside\n', authorization } }, secrets },
  }),
);

export const addHttp: Topic = { name: '1.9-add-http', cases: [...cases, ...loginCases] };
