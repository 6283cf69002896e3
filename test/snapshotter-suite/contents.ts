/** What is written, and what is not although it was opened for that. */
import { directory, file, hardLinks, type SnapshotCase, symlink } from './case.ts';

export const contentCases: readonly SnapshotCase[] = [
  {
    name: 'a process that only reads leaves nothing',
    lowers: [[directory('d'), file('d/f', '1'), symlink('l', 'd/f')]],
    script: 'cat d/f l > /dev/null; ls -lR > /dev/null',
    entries: [],
  },
  {
    name: 'a file is written through a symlink',
    lowers: [[directory('d'), file('d/f', '1'), symlink('l', 'd/f')]],
    script: 'echo 2 > l',
    entries: ['d/ @1000', 'd/f=2'],
  },
  {
    name: 'a file that is opened for writing and not written leaves nothing',
    lowers: [[directory('d'), file('d/f', '1')]],
    script: ': >> d/f',
    entries: [],
  },
  {
    name: 'a file with two names that is opened for writing and not written leaves nothing',
    lowers: [hardLinks(['a', 'b'], '1')],
    script: ': >> a',
    entries: [],
  },
  {
    name: 'the same content at another time is there',
    lowers: [[file('f', '1\n')]],
    script: 'echo 1 > f',
    entries: ['f=1'],
  },
  {
    name: 'other content of the same size and time is there',
    lowers: [[file('f', '1\n')]],
    script: 'echo 2 > f; touch -d @1000 f',
    entries: ['f=2 @1000'],
  },
  {
    name: 'a file that was replaced by one like it leaves nothing',
    lowers: [[file('f', '1\n')]],
    script: 'rm f; echo 1 > f; touch -d @1000 f',
    entries: [],
  },
  {
    name: 'a file is appended to, and one is cut',
    lowers: [[file('f', '1\n'), file('g', '123\n')]],
    script: 'printf 2 >> f; truncate -s 1 g',
    entries: ['f=1\n2', 'g=1'],
  },
  {
    name: 'an empty file is there',
    lowers: [[]],
    script: ': > f',
    entries: ['f='],
  },
  {
    name: 'a large sparse file keeps its holes',
    lowers: [[]],
    script:
      'truncate -s 64000000 f; printf end >> f; printf start | dd of=f conv=notrunc 2> /dev/null',
    entries: ['f=64000003 bytes with holes'],
  },
  {
    name: 'a file of the image grows by a hole',
    lowers: [[file('f', '1')]],
    script: 'truncate -s 1000000 f; printf 2 >> f',
    entries: ['f=1000001 bytes with holes'],
  },
];
