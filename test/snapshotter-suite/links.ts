/** Files with several names, within a layer and across layers. */
import { directory, file, hardLinks, type SnapshotCase, symlink, whiteout } from './case.ts';

export const linkCases: readonly SnapshotCase[] = [
  {
    name: 'new names of a new file are links',
    lowers: [[directory('d')]],
    script: 'echo 1 > a; ln a d/b; ln d/b c',
    entries: ['a=1 links 1', 'c=1 links 1', 'd/', 'd/b=1 links 1'],
  },
  {
    name: 'a second name of a file of the image takes the file along',
    lowers: [[file('f', '1')]],
    script: 'ln f g',
    entries: ['f=1 links 1 @1000', 'g=1 links 1 @1000'],
  },
  {
    name: 'a name that is gone again is no link',
    lowers: [[file('f', '1')]],
    script: 'echo 2 > a; ln a b; rm b; ln f g; rm g',
    entries: ['a=2'],
  },
  {
    name: 'one of two names is deleted',
    lowers: [hardLinks(['a', 'b'], '1')],
    script: 'rm b',
    entries: ['b whiteout'],
  },
  {
    name: 'one of two names is moved',
    lowers: [hardLinks(['a', 'b'], '1')],
    script: 'mv b c',
    entries: ['b whiteout', 'c=1 @1000'],
  },
  {
    name: 'one of two names gets another mode',
    lowers: [hardLinks(['a', 'b'], '1')],
    script: 'chmod 600 a',
    entries: ['a=1 600 @1000'],
    entriesOfCopy: ['a=1 600 links 1 @1000', 'b=1 600 links 1 @1000'],
  },
  {
    name: 'one of two names is written',
    lowers: [hardLinks(['a', 'b'], '1')],
    script: 'echo 2 > a',
    entries: ['a=2'],
    entriesOfCopy: ['a=2 links 1', 'b=2 links 1'],
  },
  {
    name: 'one of two names is replaced',
    lowers: [hardLinks(['a', 'b'], '1')],
    script: 'echo 2 > new; mv new a',
    entries: ['a=2'],
  },
  {
    name: 'all names are deleted',
    lowers: [hardLinks(['a', 'b'], '1')],
    script: 'rm a b',
    entries: ['a whiteout', 'b whiteout'],
  },
  {
    name: 'a name whose other name a layer deletes is a file of its own',
    lowers: [hardLinks(['a', 'b'], '1'), [whiteout('b')]],
    script: 'chmod 600 a',
    entries: ['a=1 600 @1000'],
  },
  {
    name: 'a name that a layer replaces by another file has left the others',
    lowers: [hardLinks(['a', 'b'], '1'), [file('a', '2')]],
    script: 'echo 3 > b; chmod 600 a',
    entries: ['a=2 600 @1000', 'b=3'],
  },
  {
    name: 'names of two layers that are the same are files of their own',
    lowers: [hardLinks(['a', 'b'], '1'), hardLinks(['b', 'c'], '2')],
    script: 'rm c; echo 3 > a',
    entries: ['a=3', 'c whiteout'],
  },
  {
    name: 'a symlink has a second name',
    lowers: [[symlink('l', 'nowhere')]],
    script: 'ln l m',
    entries: ['l -> nowhere links 1 @1000', 'm -> nowhere links 1 @1000'],
  },
];
