import type { DiagnosisFinding } from '../api/index.ts';
import {
  type DiskFacts,
  ENOUGH_BYTES,
  ENOUGH_INODES,
  type Facts,
  type StoreFacts,
} from './facts.ts';

const GB = 1_000_000_000;
/** Below this, no layer fits. */
const NOTHING = GB / 20;

export function judgeStore({ store }: Facts): DiagnosisFinding[] {
  const { root, state, trouble, disk } = store;
  if (state === 'unusable') {
    return [
      {
        ...{ topic: 'store', status: 'failed' },
        message: trouble?.reason ?? `the store ${root} cannot be used`,
        fix: store.elsewhere === undefined ? trouble?.hint : otherPlace(store),
      },
    ];
  }
  if (state === 'read-only') {
    return [
      {
        ...{ topic: 'store', status: 'failed' },
        message: `the store ${root} is read-only: its images can be read, and nothing can be built`,
        fix: otherPlace(store),
      },
    ];
  }
  const what = state === 'new' ? 'will be created' : 'is writable';
  const free = disk === undefined ? '' : `, ${gigabytes(disk.freeBytes)} free`;
  return [
    { topic: 'store', status: 'ok', message: `the store ${root} ${what}${free}` },
    ...(disk === undefined ? [slowDisk(store)] : [...spaceOf(disk, store), ...kindOf(disk, store)]),
  ];
}

function slowDisk(store: StoreFacts): DiagnosisFinding {
  const message = `the disk of ${store.root} does not answer`;
  return { topic: 'store', status: 'limited', message, fix: otherPlace(store) };
}

/** A command, where there is a place for a store. */
export function otherPlace({ elsewhere }: StoreFacts): string {
  if (elsewhere === undefined) return 'set LAMINA_ROOT to a directory of yours on another disk';
  return `export LAMINA_ROOT=${isPlain(elsewhere) ? elsewhere : `'${elsewhere.replaceAll("'", "'\\''")}'`}`;
}

function isPlain(path: string): boolean {
  return /^[\w./-]+$/.test(path);
}

const PRUNE = 'lamina system prune --all';

function spaceOf({ freeBytes, freeInodes }: DiskFacts, store: StoreFacts): DiagnosisFinding[] {
  // A new store has nothing to remove.
  const fix = store.state === 'new' ? otherPlace(store) : `${PRUNE}, or ${otherPlace(store)}`;
  const findings: DiagnosisFinding[] = [];
  if (freeBytes < ENOUGH_BYTES) {
    findings.push({
      topic: 'store',
      status: freeBytes < NOTHING ? 'failed' : 'limited',
      message: `only ${gigabytes(freeBytes)} are free on its disk`,
      fix,
    });
  }
  if (freeInodes !== undefined && freeInodes < ENOUGH_INODES) {
    findings.push({
      topic: 'store',
      status: freeInodes === 0 ? 'failed' : 'limited',
      message: `its file system has room for only ${freeInodes} files`,
      fix,
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

function kindOf({ kind }: DiskFacts, store: StoreFacts): DiagnosisFinding[] {
  const trait = kind === undefined ? undefined : TRAITS[kind];
  if (trait === undefined) return [];
  return [
    { topic: 'store', status: 'limited', message: `the store ${trait}`, fix: otherPlace(store) },
  ];
}

function gigabytes(bytes: number): string {
  return `${(bytes / GB).toFixed(bytes < 10 * GB ? 1 : 0)} GB`;
}
