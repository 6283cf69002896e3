import type { DiagnosisFinding } from '../api/index.ts';
import type { DiskFacts, Facts } from './facts.ts';

const GB = 1_000_000_000;
/** Below this, even small base images may not fit. */
const LITTLE = 2 * GB;
/** Below this, no layer fits. */
const NOTHING = GB / 20;
const FEW_INODES = 20_000;

export function judgeStore({ store }: Facts): DiagnosisFinding[] {
  const { root, state, trouble, disk } = store;
  if (state === 'unusable') {
    return [
      {
        ...{ topic: 'store', status: 'failed' },
        message: trouble?.reason ?? `the store ${root} cannot be used`,
        fix: trouble?.hint,
      },
    ];
  }
  if (state === 'read-only') {
    return [
      {
        ...{ topic: 'store', status: 'failed' },
        message: `the store ${root} is read-only: its images can be read, and nothing can be built`,
        fix: 'set LAMINA_ROOT to a directory that you own',
      },
    ];
  }
  const what = state === 'new' ? 'will be created' : 'is writable';
  const free = disk === undefined ? '' : `, ${gigabytes(disk.freeBytes)} free`;
  return [
    { topic: 'store', status: 'ok', message: `the store ${root} ${what}${free}` },
    ...(disk === undefined ? [slowDisk(root)] : [...spaceOf(disk), ...kindOf(disk)]),
  ];
}

function slowDisk(root: string): DiagnosisFinding {
  const message = `the disk of ${root} does not answer`;
  return { topic: 'store', status: 'limited', message, fix: ELSEWHERE };
}

const ELSEWHERE = 'set LAMINA_ROOT to a directory on another disk';
const PRUNE = 'lamina system prune --all';

function spaceOf({ freeBytes, freeInodes }: DiskFacts): DiagnosisFinding[] {
  const findings: DiagnosisFinding[] = [];
  if (freeBytes < LITTLE) {
    findings.push({
      topic: 'store',
      status: freeBytes < NOTHING ? 'failed' : 'limited',
      message: `only ${gigabytes(freeBytes)} are free on its disk`,
      fix: `${PRUNE}, or ${ELSEWHERE}`,
    });
  }
  if (freeInodes !== undefined && freeInodes < FEW_INODES) {
    findings.push({
      topic: 'store',
      status: freeInodes === 0 ? 'failed' : 'limited',
      message: `its file system has room for only ${freeInodes} files`,
      fix: `${PRUNE}, or ${ELSEWHERE}`,
    });
  }
  return findings;
}

const TRAITS: Readonly<Record<string, string>> = {
  overlay: 'is part of a container: it is lost with it',
  tmpfs: 'is in memory: it is lost when the machine stops',
  nfs: 'is on a network file system: builds are slow, and overlayfs may refuse it',
  cifs: 'is on a network file system: builds are slow, and overlayfs may refuse it',
  smb2: 'is on a network file system: builds are slow, and overlayfs may refuse it',
  '9p': 'is on a file system of a virtual machine’s host: builds are slow, and overlayfs may refuse it',
  fuse: 'is on a FUSE file system: builds are slow, and overlayfs may refuse it',
};

function kindOf({ kind }: DiskFacts): DiagnosisFinding[] {
  const trait = kind === undefined ? undefined : TRAITS[kind];
  if (trait === undefined) return [];
  return [{ topic: 'store', status: 'limited', message: `the store ${trait}`, fix: ELSEWHERE }];
}

function gigabytes(bytes: number): string {
  return `${(bytes / GB).toFixed(bytes < 10 * GB ? 1 : 0)} GB`;
}
