/** How much cache a store keeps by itself. Pure. */

/** Limits of the cache; the defaults are BuildKit's. */
export interface CacheLimits {
  /** Bytes on the disk that the cache may take. */
  readonly maxBytes: number;
  /** Bytes that it keeps even if the disk is full. */
  readonly reservedBytes: number;
  /** Bytes of the disk that stay free, as far as `reservedBytes` allows. */
  readonly minFreeBytes: number;
  /** Milliseconds: cache that no build has used for so long goes. */
  readonly maxAgeMs: number;
}

const GB = 1_000_000_000;
const DAY = 86_400_000;

/** @param totalBytes of the disk */
export function defaultCacheLimits(totalBytes: number): CacheLimits {
  return {
    maxBytes: Math.min(totalBytes * 0.8, 100 * GB),
    reservedBytes: Math.min(totalBytes * 0.1, 10 * GB),
    minFreeBytes: totalBytes * 0.2,
    maxAgeMs: 60 * DAY,
  };
}

/** @returns how many bytes the cache may keep now; undefined: all that it has */
export function bytesToKeep(
  { maxBytes, reservedBytes, minFreeBytes }: CacheLimits,
  { cacheBytes, freeBytes }: { readonly cacheBytes: number; readonly freeBytes: number },
): number | undefined {
  const missing = Math.max(0, minFreeBytes - freeBytes);
  const wanted = Math.min(
    maxBytes,
    Math.max(cacheBytes - missing, Math.min(reservedBytes, maxBytes)),
  );
  return cacheBytes > wanted ? wanted : undefined;
}
