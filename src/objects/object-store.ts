/**
 * Object stores that builds share caches in. A backend knows how to read and write objects under keys, and nothing of
 * what is in them.
 */
import type { BlobSource } from '../store/index.ts';

export type ObjectLocation = Extract<BlobSource, { kind: 'objects' }>;

/** The key of a blob. */
export function objectKey({ attrs: { blobs = '' } }: ObjectLocation, digest: string): string {
  return `${blobs}${digest}`;
}

/** For messages. */
export function locationName({ type, attrs }: ObjectLocation): string {
  if (type === 's3') return `s3://${attrs.bucket}`;
  return type === 'gha' ? 'the Actions cache' : `${attrs.container} of ${attrs.account_name}`;
}

/** What opens a location. It is never kept, nor shown. */
export type Credentials = Readonly<Record<string, string>>;

export interface ObjectBody {
  /** Bytes. */
  readonly size: number;
  /** Reads from the start; called again for another attempt. */
  readonly read: () => AsyncIterable<Uint8Array>;
}

export interface ObjectRequest {
  readonly signal?: AbortSignal | undefined;
  /** Whether a chunk may be valid only until the next one is requested. */
  readonly lend?: boolean | undefined;
}

export interface ObjectStore {
  /** @returns undefined if there is no such object @throws AppError CACHE_ACCESS_DENIED, CACHE_SERVER */
  read(key: string, request: ObjectRequest): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Whether the object exists. An old one is marked as in use, where the server expires what nobody uses. */
  has(key: string, request: ObjectRequest): Promise<boolean>;
  /** Writes an object whose content never changes. */
  write(key: string, body: ObjectBody, request: ObjectRequest): Promise<void>;
  /** Writes or replaces an object. */
  replace(key: string, body: ObjectBody, request: ObjectRequest): Promise<void>;
}
