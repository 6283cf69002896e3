/**
 * The distribution protocol (OCI distribution specification 1.1, Docker registry v2) as the rest of the house sees it.
 * Names are references as users write them; which hosts serve them, with which certificates and logins, is decided in
 * here. Nothing here knows of the store: bytes come and go as streams, verified against their descriptors.
 */

import type { Environment } from '../environment.ts';
import type { AppError } from '../errors.ts';
import type { Descriptor, Digest, RawManifest, Reference } from '../oci/index.ts';

export interface RegistryOptions {
  /** The caller's environment: proxies, certificates, where the configurations of Docker and Podman are. */
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
  /** Told before each wait between two attempts. */
  readonly onWait?: ((wait: RegistryWait) => void) | undefined;
}

export interface RegistryWait {
  /** Milliseconds. */
  readonly forMs: number;
  /** What went wrong, fit to be shown. */
  readonly reason: AppError;
}

/** What a login gives. */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** A refresh token of an OAuth2 server (`identitytoken` in Docker's file). */
  | { readonly kind: 'identity'; readonly token: string }
  /** A bearer token, sent as it is (`registrytoken`). */
  | { readonly kind: 'bearer'; readonly token: string };

/** A repository in a registry: where blobs are. */
export type Repository = Pick<Reference, 'registry' | 'repository'>;

export interface BlobRequest {
  readonly signal?: AbortSignal | undefined;
  /** Called as bytes arrive or leave, with the number of the blob's bytes that are there by now. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

export interface PushBlobRequest extends BlobRequest {
  /** The bytes from `offset` on; called again when an upload has to be resumed or begun anew. */
  readonly read: (offset: number) => AsyncIterable<Uint8Array>;
  /** Repositories of the same registry that may have the blob already: it is mounted from there. */
  readonly mountFrom?: readonly Repository[] | undefined;
}

/** How a blob came to be where it was pushed. */
export type PushedHow = 'present' | 'mounted' | 'uploaded';

/** Registries, with connections that are kept for the life of the object. */
export interface Registries extends AsyncDisposable {
  /**
   * What a name means now, without its content where the registry can say so (HEAD).
   *
   * @throws AppError REGISTRY_NOT_FOUND, REGISTRY_UNAUTHORIZED, REGISTRY_UNREACHABLE, …
   */
  resolve(
    reference: Reference,
    request?: { signal?: AbortSignal | undefined },
  ): Promise<Descriptor>;
  /** A manifest or index by tag or digest, verified; mirrors are asked first. */
  manifest(
    reference: Reference,
    request?: { signal?: AbortSignal | undefined },
  ): Promise<RawManifest>;
  /**
   * The bytes of a blob, verified against digest and size while they stream: the stream fails at its end unless they are
   * the promised ones. Interrupted downloads are resumed (Range) and retried with back-off.
   * Of one server six blobs are on their way at a time: a stream that was begun should be read to its end, or left.
   * After BLOB_DIGEST_MISMATCH it is worth to ask once more: a mirror that gave wrong bytes is left out then.
   *
   * @throws AppError BLOB_DIGEST_MISMATCH, BLOB_SIZE_MISMATCH, and what `resolve` throws
   */
  blob(
    repository: Repository,
    descriptor: Descriptor,
    request?: BlobRequest,
  ): AsyncIterable<Uint8Array>;
  /** Whether the registry has the blob in the repository. */
  hasBlob(repository: Repository, digest: Digest, request?: BlobRequest): Promise<boolean>;
  pushBlob(
    repository: Repository,
    descriptor: Descriptor,
    request: PushBlobRequest,
  ): Promise<PushedHow>;
  /** @param reference with a tag, or with the digest of `manifest` */
  pushManifest(
    reference: Reference,
    manifest: RawManifest,
    request?: { signal?: AbortSignal | undefined },
  ): Promise<void>;
  /** Tags of a repository, page by page, in the registry's order. */
  tags(repository: Repository): AsyncIterable<string>;
  /** Descriptors of manifests whose `subject` is this one: by the referrers API, else by the fallback tag. */
  referrers(repository: Repository, digest: Digest): Promise<readonly Descriptor[]>;
  /**
   * Tries a login at a registry (`lamina login`), with these credentials and no others.
   *
   * @param registry as in references: `docker.io`, `localhost:5000`
   * @throws AppError REGISTRY_UNAUTHORIZED when it is refused; REGISTRY_UNREACHABLE
   */
  checkLogin(
    registry: string,
    credentials: Credentials,
    request?: { signal?: AbortSignal | undefined },
  ): Promise<void>;
}
