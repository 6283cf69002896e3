/** Device nodes, FIFOs and sockets. */
import { directory, file, type SnapshotCase, special } from './case.ts';

export const specialCases: readonly SnapshotCase[] = [
  {
    name: 'a FIFO is made, changed and deleted',
    lowers: [[special('a', 'fifo'), special('b', 'fifo'), special('c', 'fifo')]],
    script: 'mkfifo new; chmod 600 a; rm b; mv c d',
    entries: ['a fifo 600 @1000', 'b whiteout', 'c whiteout', 'd fifo @1000', 'new fifo'],
  },
  {
    name: 'device nodes are made, changed and deleted',
    lowers: [
      [
        special('a', 'char', { devMajor: 1, devMinor: 3 }),
        special('b', 'char', { devMajor: 1, devMinor: 3 }),
      ],
    ],
    script: 'mknod c c 5 1; mknod d b 259 70000; chmod 600 a; rm b',
    entries: ['a char 1:3 600 @1000', 'b whiteout', 'c char 5:1', 'd block 259:70000'],
    needs: 'devices',
  },
  {
    name: 'a device node with the numbers of a whiteout is no file',
    lowers: [[directory('d'), file('d/f', '1')]],
    script:
      'mknod x c 0 0 2> /dev/null || true; rm d/f; mknod d/f c 0 0 2> /dev/null || true; rm -f x',
    entries: ['d/', 'd/f whiteout'],
  },
];
