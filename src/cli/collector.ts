/**
 * Garbage collection in the background: a build that has answered starts a process of its own for it, so that nobody
 * waits. It ends by itself within moments.
 */
import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { CollectOptions, Lamina } from '../api/index.ts';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { COLLECT } from './hidden-commands.ts';
import { duration } from './time-filter.ts';
import { byteSize } from './values.ts';

export type CacheLimitOptions = Pick<CollectOptions, 'maxBytes' | 'minFreeBytes' | 'maxAgeMs'>;

/**
 * Limits from the flag `--cache-max-size` and the environment; undefined ones have defaults.
 * @returns undefined: nothing is collected
 * @throws AppError CLI_FLAG_VALUE, CLI_ENVIRONMENT
 */
export function cacheLimits(
  flag: string | undefined,
  {
    LAMINA_CACHE_MAX_SIZE: size,
    LAMINA_CACHE_MIN_FREE: free,
    LAMINA_CACHE_MAX_AGE: age,
  }: Environment,
): CacheLimitOptions | undefined {
  const largest = flag ?? (size || undefined);
  if (largest === 'none') return undefined;
  const name = flag === undefined ? 'LAMINA_CACHE_MAX_SIZE' : '--cache-max-size';
  return {
    maxBytes: largest === undefined ? undefined : byteSize(largest, name),
    minFreeBytes: free ? byteSize(free, 'LAMINA_CACHE_MIN_FREE') : undefined,
    maxAgeMs: age ? milliseconds(age) : undefined,
  };
}

function milliseconds(text: string): number {
  const found = duration(text);
  if (found !== undefined) return found;
  const message = `invalid value ${JSON.stringify(text)} for LAMINA_CACHE_MAX_AGE`;
  throw new AppError('CLI_ENVIRONMENT', message, { expected: 'a duration, such as 48h or 60d' });
}

/** @param root of the store; undefined: that of the environment */
export function startCollector(limits: CacheLimitOptions, root: string | undefined): void {
  const [, command = ''] = process.argv;
  const store = root === undefined ? [] : ['--root', root];
  const args = [command, ...store, COLLECT, JSON.stringify(limits)];
  const child = spawn(process.execPath, args, { detached: true, stdio: 'ignore' });
  // Without it, the next prune by hand does the same.
  child.on('error', () => undefined);
  child.unref();
}

/** What that process does. */
export async function collect(
  limits: string,
  {
    api,
    root,
    signal,
  }: { readonly api: Lamina; readonly root?: string | undefined; readonly signal: AbortSignal },
): Promise<number> {
  setPriority(constants.priority.PRIORITY_LOW);
  const { maxBytes, minFreeBytes, maxAgeMs }: CacheLimitOptions = JSON.parse(limits);
  await api.collectGarbage({ maxBytes, minFreeBytes, maxAgeMs, root, signal });
  return 0;
}
