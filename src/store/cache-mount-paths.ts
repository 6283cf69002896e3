/** Paths of the parts of a cache mount; see cache-mounts.ts. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { acquireLock, hasErrorCode, type Lock } from '../system/index.ts';
import type { StoreLayout } from './layout.ts';

export const KEY = /^[0-9a-f]{64}$/;

/** Locks the key's directory, which the collector may remove while we wait. */
export async function lockKey(directory: string, signal: AbortSignal | undefined): Promise<Lock> {
  for (;;) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    try {
      return await acquireLock(`${directory}/lock`, 'exclusive', { signal });
    } catch (error) {
      if (!hasErrorCode(error, 'ENOENT')) throw error;
    }
  }
}

export function lockFile(directory: string, number: number): string {
  return `${directory}/${number}.lock`;
}

/** Numbers of the instances, in order. */
export function instancesOf(directory: string): number[] {
  const names = readdirSync(directory).filter((name) => /^\d+$/.test(name));
  return names.map(Number).sort((a, b) => a - b);
}

export function keysIn({ mounts }: StoreLayout): string[] {
  return readdirSync(mounts).filter((name) => KEY.test(name));
}

export function idOf(directory: string): string {
  try {
    return readFileSync(`${directory}/id`, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return '';
    throw error;
  }
}

export function retiredMark(directory: string, number: number): string {
  return `${directory}/${number}/retired`;
}

/** Whether an instance is retired: no step takes it any more. */
export function isRetired(directory: string, number: number): boolean {
  return existsSync(retiredMark(directory, number));
}
