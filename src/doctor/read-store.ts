/** The directory of the store, and the disk that holds it. Nothing is created. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AppError } from '../errors.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { Store, versionOf } from '../store/index.ts';
import type { DiskFacts, StoreFacts } from './facts.ts';
import { FACT_MS, within } from './within.ts';

export async function readStore(context: LaminaContext): Promise<StoreFacts> {
  let root = '';
  try {
    root = resolve(context.root);
    const disk = await within(FACT_MS, readDisk(root));
    if (!existsSync(root)) return { root, disk, ...newStore(root) };
    // A directory that is empty, or of something else, must not become a store by this.
    if (versionOf(root) === undefined) accessSync(root, constants.W_OK);
    else {
      await using store = await Store.open({ root });
      if (store.isReadOnly) return { root, disk, state: 'read-only', trouble: undefined };
    }
    return { root, disk, state: 'writable', trouble: undefined };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const hint = error instanceof AppError ? error.hint : ELSEWHERE;
    return { root, disk: undefined, state: 'unusable', trouble: { reason, hint } };
  }
}

const ELSEWHERE = 'set LAMINA_ROOT to a directory that you own';

function newStore(root: string): Pick<StoreFacts, 'state' | 'trouble'> {
  const parent = existing(root);
  try {
    accessSync(parent, constants.W_OK);
    if (statSync(parent).isDirectory()) return { state: 'new', trouble: undefined };
  } catch {
    // Reported below.
  }
  const reason = `the store ${root} cannot be created in ${parent}`;
  return { state: 'unusable', trouble: { reason, hint: ELSEWHERE } };
}

/** The path itself, or the nearest directory above it that exists. */
export function existing(path: string): string {
  let found = path;
  while (!existsSync(found) && dirname(found) !== found) found = dirname(found);
  return found;
}

/** File systems on which a store is slower, or lasts no longer than a machine or a container, by their magic numbers. */
const KINDS: Readonly<Record<number, string>> = {
  2035054128: 'overlay',
  16914836: 'tmpfs',
  26985: 'nfs',
  1702057286: 'fuse',
  4283649346: 'cifs',
  4266872130: 'smb2',
  16914839: '9p',
};

async function readDisk(root: string): Promise<DiskFacts> {
  const { type, bsize, bavail, blocks, files, ffree } = await statfs(existing(root));
  return {
    kind: KINDS[type >>> 0],
    freeBytes: bavail * bsize,
    totalBytes: blocks * bsize,
    freeInodes: files === 0 ? undefined : ffree,
  };
}
