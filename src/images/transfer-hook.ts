import type { RegistryEvent } from '../api/index.ts';
import type { OnTransfer } from '../image/index.ts';

/** Reports the progress of a transfer's blobs. */
export function transferHook(
  onEvent: ((event: RegistryEvent) => void) | undefined,
): OnTransfer | undefined {
  return onEvent && ((event) => onEvent({ kind: 'blob', ...event }));
}
