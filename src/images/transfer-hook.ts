import type { RegistryEvent } from '../api/index.ts';
import type { OnTransfer } from '../image/index.ts';

/** Passes on how far the blobs of a transfer have come. */
export function transferHook(
  onEvent: ((event: RegistryEvent) => void) | undefined,
): OnTransfer | undefined {
  return onEvent && ((event) => onEvent({ kind: 'blob', ...event }));
}
