import type { DiffId } from '../oci/index.ts';

export interface TarIdentity {
  readonly diffId: DiffId;
  /** Bytes of the uncompressed tar. */
  readonly size: number;
}

/** @param sha256 hex digits */
export function tarIdentity(sha256: string, size: number): TarIdentity {
  return { diffId: `sha256:${sha256}` as DiffId, size };
}
