import type { Store } from '../../store/index.ts';
import type { OpenArchiveOptions } from '../archive/archive-reader.ts';

/** Options for opening an archive whose images go into the store. */
export function archiveOptionsOf(
  store: Store,
  signal: AbortSignal | undefined,
): OpenArchiveOptions {
  return {
    temporaryDirectory: () => store.temporaryDirectory(),
    unpackLimit: store.unpackLimit,
    signal,
  };
}
