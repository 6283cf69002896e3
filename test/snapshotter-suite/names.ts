/** Names of every kind that a file system takes. */
import { directory, file, type SnapshotCase } from './case.ts';

export const nameCases: readonly SnapshotCase[] = [
  {
    name: 'names of 255 bytes are made, changed and deleted',
    lowers: [[file('a'.repeat(255), '1'), file('b'.repeat(255), '1'), directory('d'.repeat(255))]],
    script: `a=$(printf %0255d 0); echo 3 > $a
      for x in aaa* ddd*; do chmod 700 $x; done; rm bbb*`,
    entries: [
      `${'0'.repeat(255)}=3`,
      `${'a'.repeat(255)}=1 700 @1000`,
      `${'b'.repeat(255)} whiteout`,
      `${'d'.repeat(255)}/ 700 @1000`,
    ],
    needs: 'longNames',
  },
  {
    name: 'names of 254 bytes are made, changed and deleted',
    lowers: [[file('a'.repeat(254), '1'), file('b'.repeat(254), '1')]],
    script: 'a=$(printf %0254d 0); echo 3 > $a; chmod 700 aaa*; rm bbb*',
    entries: [
      `${'0'.repeat(254)}=3`,
      `${'a'.repeat(254)}=1 700 @1000`,
      `${'b'.repeat(254)} whiteout`,
    ],
  },
  {
    name: 'names that are not UTF-8 are made, changed, moved and deleted',
    lowers: [[file('a\xff', '1'), file('b\xff', '1'), file('c\xff', '1'), directory('d\xff')]],
    script: `f=$(printf '\\377'); chmod 600 a$f; rm b$f; mv c$f $f; echo 2 > d$f/$f$f; ln -s $f l$f`,
    entries: [
      'a\xff=1 600 @1000',
      'b\xff whiteout',
      'c\xff whiteout',
      'd\xff/',
      'd\xff/\xff\xff=2',
      'l\xff -> \xff',
      '\xff=1 @1000',
    ],
  },
  {
    name: 'names that differ in their Unicode form or case are other names',
    lowers: [[file('e\xcc\x81', '1'), file('F', '1')]],
    script: `rm "$(printf 'e\\314\\201')"; echo 2 > "$(printf '\\303\\251')"; echo 2 > f`,
    entries: ['e\xcc\x81 whiteout', 'f=2', '\xc3\xa9=2'],
  },
  {
    name: 'names with spaces, line ends, quotes and backslashes are kept',
    lowers: [[file('-rf', '1'), file('a b', '1'), file('c\nd', '1')]],
    script: `rm -- -rf; chmod 600 'a b' c*; echo 2 > 'x\\y"z'; echo 2 > ' '; echo 2 > ...`,
    entries: [' =2', '-rf whiteout', '...=2', 'a b=1 600 @1000', 'c\nd=1 600 @1000', 'x\\y"z=2'],
  },
];
