/** The progress of an image's blobs, for listeners. */
import type { Descriptor, Digest } from '../../oci/index.ts';

/**
 * - `waiting`: it is missing, and will be moved
 * - `moving`: bytes go over the network
 * - `moved`: all bytes are there; a fetched layer may still be indexed
 * - `done`: it exists
 * - `known`: it existed already
 * - `mounted`: the registry had it in another repository
 */
export type TransferState = 'waiting' | 'moving' | 'moved' | 'done' | 'known' | 'mounted';

/** The progress of a blob. */
export interface TransferEvent {
  readonly direction: 'in' | 'out';
  readonly digest: Digest;
  readonly state: TransferState;
  /** Bytes over the network so far. */
  readonly current: number;
  /** Bytes of the blob. */
  readonly total: number;
  /** The repository a blob was mounted from. */
  readonly from?: string | undefined;
}

export type OnTransfer = (event: TransferEvent) => void;

/** Reports one blob. Configs are too small to be reported. */
export function reporter(
  onEvent: OnTransfer | undefined,
  direction: TransferEvent['direction'],
  { digest, size, mediaType }: Pick<Descriptor, 'digest' | 'size' | 'mediaType'>,
): (state: TransferState, current?: number, from?: string) => void {
  if (/[./](?:image\.config|container\.image|empty)\.v1\+json$/.test(mediaType))
    return () => undefined;
  return (state, current, from) => {
    const reached = current ?? (state === 'waiting' ? 0 : size);
    onEvent?.({ direction, digest, state, current: reached, total: size, from });
  };
}
