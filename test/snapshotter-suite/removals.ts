/** What is gone, and what is made anew in its place. */
import { directory, file, type SnapshotCase, whiteout } from './case.ts';

export const removalCases: readonly SnapshotCase[] = [
  {
    name: 'a deleted file is a whiteout',
    lowers: [[directory('d'), file('d/f', '1'), file('d/g', '2')]],
    script: 'rm d/f',
    entries: ['d/', 'd/f whiteout'],
  },
  {
    name: 'a deleted directory is one whiteout',
    lowers: [[directory('d'), directory('d/e'), file('d/e/f', '1')]],
    script: 'rm -r d',
    entries: ['d whiteout'],
  },
  {
    name: 'files of several layers are deleted from one directory',
    lowers: [
      [directory('d'), file('d/a', '1'), file('d/c', '1')],
      [directory('d'), file('d/b', '2')],
    ],
    script: 'rm d/a d/b',
    entries: ['d/', 'd/a whiteout', 'd/b whiteout'],
  },
  {
    name: 'a file that was made and deleted leaves nothing',
    lowers: [[directory('d'), file('d/f', '1')]],
    script: 'touch d/x; mkdir d/y; touch d/y/z; rm -r d/x d/y',
    entries: [],
  },
  {
    name: 'a file that a lower layer deletes, made and deleted again, leaves nothing',
    lowers: [[file('f', '1')], [whiteout('f')]],
    script: 'test ! -e f; touch f; rm f',
    entries: [],
  },
  {
    name: 'a file that a lower layer deletes is made anew',
    lowers: [[file('f', '1')], [whiteout('f')]],
    script: 'echo 2 > f',
    entries: ['f=2'],
  },
  {
    name: 'a directory that was deleted and made anew is opaque',
    lowers: [[directory('d'), file('d/f', '1')]],
    script: 'rm -r d; mkdir d; echo 2 > d/new',
    entries: ['d/ opaque', 'd/new=2'],
  },
  {
    name: 'an empty directory that was deleted and made anew is opaque',
    lowers: [[directory('d'), file('d/f', '1')]],
    script: 'rm -r d; mkdir d',
    entries: ['d/ opaque'],
  },
  {
    name: 'a directory made anew has the same file as before',
    lowers: [[directory('d'), file('d/f', 'same\n')]],
    script: 'rm -r d; mkdir d; echo same > d/f; touch -d @1000 d/f',
    entries: ['d/ opaque', 'd/f=same @1000'],
  },
  {
    name: 'a directory made anew has a directory that was in it',
    lowers: [[directory('d'), directory('d/e'), file('d/e/f', '1')]],
    script: 'rm -r d; mkdir -p d/e; echo 2 > d/e/g',
    entries: ['d/ opaque', 'd/e/', 'd/e/g=2'],
  },
  {
    name: 'a directory deep below is made anew',
    lowers: [[directory('d'), directory('d/e'), file('d/e/f', '1'), file('d/g', '1')]],
    script: 'rm -r d/e; mkdir d/e',
    entries: ['d/', 'd/e/ opaque'],
  },
  {
    name: 'a directory that was made anew and deleted again is a whiteout',
    lowers: [[directory('d'), file('d/f', '1')]],
    script: 'rm -r d; mkdir d; touch d/x; rm -r d',
    entries: ['d whiteout'],
  },
  {
    name: 'a directory of two layers is made anew',
    lowers: [
      [directory('d'), file('d/a', '1')],
      [directory('d'), file('d/b', '2')],
    ],
    script: 'rm -r d; mkdir d; echo 3 > d/a',
    entries: ['d/ opaque', 'd/a=3'],
  },
  {
    name: 'files are made and deleted in a directory that a lower layer makes opaque',
    lowers: [
      [directory('d'), file('d/hidden', '1')],
      [directory('d', { opaque: true }), file('d/shown', '2')],
    ],
    script: 'test ! -e d/hidden; rm d/shown; echo 3 > d/new; touch d/hidden; rm d/hidden',
    entries: ['d/', 'd/new=3', 'd/shown whiteout'],
  },
  {
    name: 'a directory is emptied',
    lowers: [[directory('d'), file('d/a', '1'), file('d/b', '1')]],
    script: 'rm d/*',
    entries: ['d/', 'd/a whiteout', 'd/b whiteout'],
  },
];
