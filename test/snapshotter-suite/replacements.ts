/** A file in the place of another, of the same type or not, and what is moved. */
import { directory, file, hardLinks, type SnapshotCase, symlink } from './case.ts';

export const replacementCases: readonly SnapshotCase[] = [
  {
    name: 'a directory takes the place of a file',
    lowers: [[file('f', '1')]],
    script: 'rm f; mkdir f; echo 2 > f/x',
    entries: ['f/', 'f/x=2'],
  },
  {
    name: 'a file takes the place of a directory',
    lowers: [[directory('d'), file('d/f', '1')]],
    script: 'rm -r d; echo 2 > d',
    entries: ['d=2'],
  },
  {
    name: 'a symlink takes the place of a directory',
    lowers: [[directory('d'), file('d/f', '1'), directory('e')]],
    script: 'rm -r d; ln -s e d; echo 2 > d/x',
    entries: ['d -> e', 'e/', 'e/x=2'],
  },
  {
    name: 'a directory takes the place of a symlink to one',
    lowers: [[directory('d'), file('d/f', '1'), symlink('l', 'd')]],
    script: 'rm l; mkdir l; echo 2 > l/f',
    entries: ['l/', 'l/f=2'],
  },
  {
    name: 'a file takes the place of a symlink, whose target stays',
    lowers: [[file('f', '1'), symlink('l', 'f')]],
    script: 'rm l; echo 2 > l',
    entries: ['l=2'],
  },
  {
    name: 'a symlink gets another target',
    lowers: [[symlink('l', 'a')]],
    script: 'ln -sfn b l',
    entries: ['l -> b'],
  },
  {
    name: 'a FIFO takes the place of a file, and a file that of a FIFO',
    lowers: [[file('f', '1')]],
    script: 'rm f; mkfifo f; mkfifo g; rm g; echo 2 > g',
    entries: ['f fifo', 'g=2'],
  },
  {
    name: 'a directory is replaced by a file, and that by a directory',
    lowers: [[directory('d'), file('d/f', '1')]],
    script: 'rm -r d; echo 2 > d; rm d; mkdir d; echo 3 > d/g',
    entries: ['d/ opaque', 'd/g=3'],
  },
  {
    name: 'a directory of a layer in the place of a file of the layer below is replaced by a file',
    lowers: [[file('x', '1')], [directory('x'), file('x/f', '2')]],
    script: 'rm -r x; echo 3 > x',
    entries: ['x=3'],
  },
  {
    name: 'a file is moved',
    lowers: [[file('f', '1')]],
    script: 'mv f g',
    entries: ['f whiteout', 'g=1 @1000'],
  },
  {
    name: 'a file is moved over another',
    lowers: [[file('f', '1'), file('g', '2')]],
    script: 'mv f g',
    entries: ['f whiteout', 'g=1 @1000'],
  },
  {
    name: 'a file is moved there and back',
    lowers: [[file('f', '1')]],
    script: 'mv f g; mv g f',
    entries: [],
  },
  {
    name: 'two files change their names',
    lowers: [[file('f', '1'), file('g', '2')]],
    script: 'mv f x; mv g f; mv x g',
    entries: ['f=2 @1000', 'g=1 @1000'],
  },
  {
    name: 'a new file is moved over one of the image, as editors do',
    lowers: [[directory('d'), file('d/f', '1')]],
    script: 'echo 2 > d/f.new; mv d/f.new d/f',
    entries: ['d/', 'd/f=2'],
  },
  {
    name: 'a directory is renamed',
    lowers: [[directory('d'), directory('d/e', { mode: 0o700 }), file('d/e/f', '1')]],
    script: 'mv d g',
    entries: ['d whiteout', 'g/ @1000', 'g/e/ 700 @1000', 'g/e/f=1 @1000'],
  },
  {
    name: 'a directory is renamed over an empty one',
    lowers: [[directory('d'), file('d/f', '1'), directory('e')]],
    script: 'rmdir e; mv d e',
    entries: ['d whiteout', 'e/ opaque @1000', 'e/f=1 @1000'],
  },
  {
    name: 'a new directory takes the name of one that was moved away',
    lowers: [[directory('d'), file('d/f', '1')]],
    script: 'mkdir new; echo 2 > new/g; mv d old; mv new d',
    entries: ['d/ opaque', 'd/g=2', 'old/ @1000', 'old/f=1 @1000'],
  },
  {
    name: 'a directory of two layers is renamed',
    lowers: [
      [directory('d'), file('d/a', '1'), file('d/b', '1')],
      [directory('d'), file('d/b', '2')],
    ],
    script: 'mv d e',
    entries: ['d whiteout', 'e/ @1000', 'e/a=1 @1000', 'e/b=2 @1000'],
  },
  {
    name: 'a directory is moved into another',
    lowers: [[directory('d'), file('d/f', '1'), directory('e'), file('e/g', '1')]],
    script: 'mv d e/d',
    entries: ['d whiteout', 'e/', 'e/d/ @1000', 'e/d/f=1 @1000'],
  },
  {
    name: 'a file with two names is replaced by a directory under one of them',
    lowers: [hardLinks(['a', 'b'], '1')],
    script: 'rm a; mkdir a',
    entries: ['a/'],
  },
];
