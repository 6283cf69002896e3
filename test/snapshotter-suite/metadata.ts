/** Owners, modes, capabilities and times. */
import { directory, file, hardLinks, type SnapshotCase, symlink } from './case.ts';

/** cap_net_bind_service=ep, as the kernel stores it. */
const CAPABILITY =
  '\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00';
const ping = file('ping', '1', {
  mode: 0o755,
  xattrs: { 'security.capability': CAPABILITY },
});

const modes: readonly SnapshotCase[] = [
  {
    name: 'a file with another mode keeps its time',
    lowers: [[directory('d'), file('d/f', '1')]],
    script: 'chmod 640 d/f',
    entries: ['d/ @1000', 'd/f=1 640 @1000'],
  },
  {
    name: 'a directory with another mode is there without its files',
    lowers: [[directory('d'), file('d/f', '1')]],
    script: 'chmod 700 d',
    entries: ['d/ 700 @1000'],
  },
  {
    name: 'modes that are as before leave nothing',
    lowers: [[directory('d'), file('d/f', '1')]],
    script: 'chmod 700 d d/f; chmod 755 d; chmod 644 d/f',
    entries: [],
  },
  {
    name: 'set-id bits and sticky bits are kept',
    lowers: [[directory('d'), file('d/f', '1', { mode: 0o4755 })]],
    script: 'chmod 2755 d/f; echo 2 > su; chmod 6755 su; mkdir tmp; chmod 1777 tmp',
    entries: ['d/ @1000', 'd/f=1 2755 @1000', 'su=2 6755', 'tmp/ 1777'],
  },
  {
    name: 'files that nobody may read are kept',
    lowers: [[file('f', '1', { mode: 0 }), directory('d', { mode: 0 })]],
    script: 'touch d/x f; echo 2 > g; chmod 0 g',
    entries: ['d/ 0', 'd/x=', 'f=1 0', 'g=2 0'],
  },
  {
    name: 'a directory made anew with another mode is opaque',
    lowers: [[directory('d'), file('d/f', '1')]],
    script: 'rm -r d; mkdir -m 711 d',
    entries: ['d/ 711 opaque'],
  },
  {
    name: 'a directory below one with the bit set-group-id inherits it',
    lowers: [[directory('d', { mode: 0o2755, gid: 50 })]],
    script: 'mkdir d/e; echo 1 > d/f',
    entries: ['d/ 2755 0:50', 'd/e/ 2755 0:50', 'd/f=1 0:50'],
    needs: 'owners',
  },
];

const owners: readonly SnapshotCase[] = [
  {
    name: 'files, directories and symlinks get owners',
    lowers: [[directory('d'), file('d/f', '1'), symlink('l', 'd')]],
    script: 'chown 1000:1001 d/f; chown -h 7:8 l; echo 2 > n; chown 60000:0 n; mkdir o; chown 5 o',
    entries: ['d/ @1000', 'd/f=1 1000:1001 @1000', 'l -> d 7:8 @1000', 'n=2 60000:0', 'o/ 5:0'],
    needs: 'owners',
  },
  {
    name: 'a new owner takes the bit set-user-id away',
    lowers: [[file('f', '1', { mode: 0o4755 })]],
    script: 'chown 1:1 f',
    entries: ['f=1 755 1:1 @1000'],
    needs: 'owners',
  },
  {
    name: 'a directory whose owner is set to the same leaves nothing',
    lowers: [[directory('d', { uid: 3, gid: 4 }), file('d/f', '1', { uid: 3, gid: 4 })]],
    script: 'chown -R 3:4 d',
    entries: [],
    needs: 'owners',
  },
  {
    name: 'owners of the image stay with what is written',
    lowers: [[directory('d', { uid: 3, gid: 4 }), file('d/f', '1', { uid: 5, gid: 6 })]],
    script: 'echo 2 > d/f; touch d/g',
    entries: ['d/ 3:4', 'd/f=2 5:6', 'd/g='],
  },
];

const capabilities: readonly SnapshotCase[] = [
  {
    name: 'capabilities stay with another mode and another name',
    lowers: [[ping, file('f', '1')]],
    script: 'chmod 700 ping; mv ping pong',
    entries: ['ping whiteout', 'pong=1 700 security.capability @1000'],
    needs: 'owners',
  },
  {
    name: 'capabilities are shared by names of one file',
    lowers: [[ping]],
    script: 'ln ping pong',
    entries: [
      'ping=1 755 links 1 security.capability @1000',
      'pong=1 755 links 1 security.capability @1000',
    ],
    needs: 'owners',
  },
  {
    name: 'capabilities end when the file is written',
    lowers: [[ping]],
    script: 'echo 2 > ping',
    entries: ['ping=2 755'],
    needs: 'owners',
  },
  {
    name: 'capabilities end with another owner',
    lowers: [[ping]],
    script: 'chown 1:1 ping',
    entries: ['ping=1 755 1:1 @1000'],
    needs: 'owners',
  },
  {
    name: 'a file without the capabilities takes the place of one with them',
    lowers: [[ping]],
    script: 'rm ping; printf 1 > ping; chmod 755 ping; touch -d @1000 ping',
    entries: ['ping=1 755 @1000'],
    needs: 'owners',
  },
];

const times: readonly SnapshotCase[] = [
  {
    name: 'times before 1970 and nanoseconds are kept',
    lowers: [
      [
        file('f', '1', { mtime: -5, mtimeNs: 250_000_001 }),
        file('g', '2', { mtime: 1000, mtimeNs: 999_999_999 }),
        file('h', '3', { mtime: -1, mtimeNs: 1 }),
      ],
    ],
    script: "chmod 600 f g h; echo 4 > old; touch -d '1960-01-02 03:04:05' old",
    entries: [
      'f=1 600 @-5.250000001',
      'g=2 600 @1000.999999999',
      'h=3 600 @-1.000000001',
      'old=4 @-315521755',
    ],
  },
  {
    name: 'a file of another time is there',
    lowers: [[file('f', '1')]],
    script: 'touch -d @2000 f',
    entries: ['f=1 @2000'],
  },
  {
    name: 'a file of the same time as before leaves nothing',
    lowers: [[directory('d'), file('d/f', '1')]],
    script: 'touch d/f; touch -d @1000 d/f',
    entries: [],
  },
  {
    name: 'a directory of another time leaves nothing',
    lowers: [[directory('d'), file('d/f', '1')]],
    script: 'touch -d @2000 d',
    entries: [],
  },
  {
    name: 'a directory of another time, with a change in it, has this time',
    lowers: [[directory('d'), file('d/f', '1')]],
    script: 'chmod 600 d/f; touch -d @2000 d',
    entries: ['d/ @2000', 'd/f=1 600 @1000'],
  },
  {
    name: 'names of one file keep its time',
    lowers: [hardLinks(['a', 'b'], '1')],
    script: 'mv a c; mv b d',
    entries: ['a whiteout', 'b whiteout', 'c=1 @1000', 'd=1 @1000'],
    entriesOfCopy: ['a whiteout', 'b whiteout', 'c=1 links 1 @1000', 'd=1 links 1 @1000'],
  },
];

export const metadataCases: readonly SnapshotCase[] = [
  ...modes,
  ...owners,
  ...capabilities,
  ...times,
];
