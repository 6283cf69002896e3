/** How far the blobs of an image have come, told to whoever listens. */
import type { Descriptor, Digest } from '../../oci/index.ts';

/**
 * - `waiting`: it is not there, and will be moved
 * - `moving`: bytes go over the network
 * - `moved`: all bytes are there; a fetched layer may still be indexed
 * - `done`: it is there
 * - `known`: nothing had to be done
 * - `mounted`: the registry had it in another repository
 */
export type TransferState = 'waiting' | 'moving' | 'moved' | 'done' | 'known' | 'mounted';

/** How far a blob has come. */
export interface TransferEvent {
  readonly direction: 'in' | 'out';
  readonly digest: Digest;
  readonly state: TransferState;
  /** Bytes over the network so far. */
  readonly current: number;
  /** Bytes of the blob. */
  readonly total: number;
  /** Where a mounted blob was. */
  readonly from?: string | undefined;
}

export type OnTransfer = (event: TransferEvent) => void;

/** Tells of one blob. Configs are too small to be told of. */
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
