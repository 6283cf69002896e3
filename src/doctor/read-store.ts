/** The directory of the store, and the disk that holds it. Nothing is created. */
import { accessSync, constants, existsSync, lstatSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { Store, versionOf } from '../store/index.ts';
import { homeDirectory } from '../system/index.ts';
import {
  type DiskFacts,
  ENOUGH_BYTES,
  ENOUGH_INODES,
  type StoreFacts,
  type UserFacts,
} from './facts.ts';
import { FACT_MS, within } from './within.ts';

export async function readStore(context: LaminaContext, user: UserFacts): Promise<StoreFacts> {
  const facts = await readOwn(context);
  const elsewhere = await within(FACT_MS, findElsewhere(context.env, facts.root, user));
  return { ...facts, elsewhere };
}

async function readOwn(context: LaminaContext): Promise<Omit<StoreFacts, 'elsewhere'>> {
  let root = '';
  try {
    root = resolve(context.root);
    const disk = await within(FACT_MS, readDisk(root));
    if (!existsSync(root)) return { root, disk, ...newStore(root) };
    // A directory that is empty, or of something else, must not become a store by this.
    if (!isStore(root)) accessSync(root, constants.W_OK);
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

function isStore(root: string): boolean {
  try {
    return versionOf(root) !== undefined;
  } catch (error) {
    // Somebody else's, as opening it will tell.
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return true;
    throw error;
  }
}

const ELSEWHERE = 'set LAMINA_ROOT to a directory that you own';

/** Where a store could be, best first. Anyone may write to the last: only one of this user's own is taken. */
function candidates(env: Environment, { isRoot, uid }: UserFacts): readonly string[] {
  const home = env.HOME || homeDirectory();
  return [
    ...(env.XDG_DATA_HOME?.startsWith('/') ? [join(env.XDG_DATA_HOME, 'lamina')] : []),
    ...(home === undefined ? [] : [join(home, '.local/share/lamina')]),
    ...(isRoot ? ['/var/lib/lamina'] : []),
    `/var/tmp/lamina-${uid}`,
  ];
}

async function findElsewhere(
  env: Environment,
  root: string,
  user: UserFacts,
): Promise<string | undefined> {
  for (const path of candidates(env, user)) {
    if (path === root || !isUsable(path, user.uid)) continue;
    const { kind, freeBytes, freeInodes } = await readDisk(path);
    const hasRoom = freeBytes >= ENOUGH_BYTES && (freeInodes ?? ENOUGH_INODES) >= ENOUGH_INODES;
    if (kind === undefined && hasRoom) return path;
  }
  return undefined;
}

/** A store of this version that this user owns, or a path where one can be made. */
function isUsable(path: string, uid: number): boolean {
  try {
    accessSync(existing(path), constants.W_OK);
    if (!existsSync(path)) return statSync(existing(path)).isDirectory();
    const stat = lstatSync(path);
    return stat.isDirectory() && stat.uid === uid;
  } catch {
    return false;
  }
}

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
