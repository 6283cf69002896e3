/** Cases about what is in the cache keys of COPY, ADD and WORKDIR. */
import { directory, symlink } from '../case.ts';
import type { CacheRow } from './cache-cases.ts';

export const cacheFiles: readonly CacheRow[] = [
  ['copy mode', '--chmod is in the key', ['COPY a /x'], ['COPY --chmod=600 a /x']],
  ['copy link', '--link is in the key', ['COPY a /x'], ['COPY --link a /x']],
  [
    'copy to a directory',
    'the destination is in the key as it is written',
    ['COPY a /x/'],
    ['COPY a /x/a'],
  ],
  ['copy of a renamed file', 'the name of a source is in the key', ['COPY a /x'], ['COPY same /x']],
  ['copy by a wildcard', 'a wildcard is in the key', ['COPY a /x/'], ['COPY [a] /x/']],
  ['copy of a moved directory', 'the directory a source is in', ['COPY d/c /x'], ['COPY e/c /x']],
  ['copy of two sources', 'sources are in the key', ['COPY a /x/'], ['COPY a b /x/']],
  ['copy exclude', '--exclude is in the key', ['COPY d /x'], ['COPY --exclude=none d /x']],
  ['copy parents', '--parents is in the key', ['COPY d/c /x/'], ['COPY --parents d/c /x/']],
  [
    'copy excluded file changes',
    'what is excluded is in no key',
    ['COPY --exclude=c d /x'],
    { files: { 'd/c': 'changed\n' } },
  ],
  [
    'copy of a directory whose mode changes',
    'modes of directories are in the key',
    ['COPY deep /x'],
    { files: { 'deep/sub': directory(0o700) } },
  ],
  [
    'copy of a file below',
    'contents below are in the key',
    ['COPY deep /x'],
    { files: { 'deep/sub/f': 'changed\n' } },
  ],
  [
    'copy of a link whose target changes',
    'targets of links are in the key',
    ['COPY links /x'],
    { files: { 'links/new': symlink('b') } },
  ],
  [
    'copy of what a link points to',
    'a link in a tree is not followed',
    ['COPY links /x'],
    { files: { a: 'changed\n' } },
  ],
  [
    'copy of a link at the top',
    'a link that is the source is followed',
    ['COPY links/l /x'],
    { files: { a: 'changed\n' } },
  ],
  [
    'copy of a new empty directory',
    'names are in the key of a directory',
    ['COPY d /x'],
    { files: { 'd/empty': directory() } },
  ],
  ['copy of everything', 'a change anywhere', ['COPY . /x'], { files: { b: 'changed\n' } }],
  [
    'copy of an ignored file',
    'what is ignored is in no key',
    ['COPY . /x'],
    { files: { ignored: 'changed\n' } },
  ],
  [
    'copy by a wildcard and a new match',
    'a new match is in the key',
    ['COPY *.txt /x/'],
    { files: { 'new.txt': 'new\n' } },
  ],
  [
    'copy by a wildcard and another file',
    'what does not match is in no key',
    ['COPY *.txt /x/'],
    { files: { 'new.md': 'new\n' } },
  ],
  [
    'copy chown by name',
    'an owner by name',
    ['COPY --chown=app a /x'],
    ['COPY --chown=1001:50 a /x'],
  ],
  [
    'copy chown and new users',
    'users come from the file system before',
    ['RUN true', 'COPY --chown=app a /x'],
    ['RUN echo new:x:7:7:::/ >> /etc/passwd', 'COPY --chown=app a /x'],
  ],
  ['copy and USER', 'the user is in no key of COPY', ['USER app', 'COPY a /x'], ['COPY a /x']],
  [
    'copy of a document',
    'the word of a document is in the key',
    ['COPY <<ONE /x', 'x', 'ONE'],
    ['COPY <<TWO /x', 'x', 'TWO'],
  ],
  ['add instead of copy', 'ADD of a file', ['COPY a /x'], ['ADD a /x']],
  ['add archive', '--unpack is in the key', ['ADD a /x/'], ['ADD --unpack=false a /x/']],
];

export const cacheOthers: readonly CacheRow[] = [
  [
    'workdir',
    'the directory is in the key',
    ['WORKDIR /one', 'RUN touch /x'],
    ['WORKDIR /two', 'RUN touch /x'],
  ],
  [
    'workdir as it is written',
    'the cleaned directory is in the key',
    ['WORKDIR /one'],
    ['WORKDIR /./one/'],
  ],
  ['workdir and user', 'the owner is in the key', ['WORKDIR /one'], ['USER app', 'WORKDIR /one']],
  [
    'workdir below',
    'a relative directory is the same as an absolute one',
    ['WORKDIR /one', 'WORKDIR two'],
    ['WORKDIR /one', 'WORKDIR /one/two'],
  ],
  [
    'workdir and environment',
    'the environment is in no key',
    ['ENV A=1', 'WORKDIR /one'],
    ['ENV A=2', 'WORKDIR /one'],
  ],
  [
    'no-cache',
    '--no-cache runs every step',
    ['RUN touch /x', 'COPY a /a', 'WORKDIR /w'],
    { options: { noCache: true } },
  ],
];
