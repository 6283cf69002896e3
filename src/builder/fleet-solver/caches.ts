/** Caches of other machines, which a daemon reads and writes itself. */
import type { CacheSpec } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import type { SolveRequest } from '../../fleet/index.ts';
import type { BuildRun } from '../run/build-run.ts';

/** Types whose blobs are in the image, or in a directory of this machine. */
const OF_THIS_MACHINE: ReadonlySet<string> = new Set(['inline', 'local']);

/** @throws AppError BUILDER_UNSUPPORTED */
export function cachesOf({ options }: BuildRun, platforms: number): SolveRequest['cache'] {
  const { cacheFrom = [], cacheTo = [] } = options;
  if (cacheTo.length > 0 && platforms > 1) {
    throw new AppError(
      'BUILDER_UNSUPPORTED',
      '--cache-to cannot take the steps of several platforms from a builder',
      { hint: 'write the cache in a build for each platform, to a name of its own' },
    );
  }
  return { imports: cacheFrom.map(entryOf), exports: cacheTo.map(entryOf) };
}

function entryOf({ type, attrs }: CacheSpec) {
  if (!OF_THIS_MACHINE.has(type)) return { type, attrs };
  throw new AppError('BUILDER_UNSUPPORTED', `a builder cannot use a cache of the type ${type}`, {
    expected: 'type=registry, or another type that the daemon knows',
  });
}
