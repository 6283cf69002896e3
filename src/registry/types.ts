/**
 * The interface to registries (OCI distribution specification 1.1, Docker registry v2). Names are references as users
 * write them; this folder decides which hosts serve them, with which certificates and logins. It does not know the
 * store: bytes are streams, verified against their descriptors.
 */

import type { Environment } from '../environment.ts';
import type { AppError } from '../errors.ts';
import type { Descriptor, Digest, RawManifest, Reference, RunningDigest } from '../oci/index.ts';

export interface RegistryOptions {
  /** The caller's environment: proxies, certificates, where the configurations of Docker and Podman are. */
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
  /** Called before each wait between two attempts. */
  readonly onWait?: ((wait: RegistryWait) => void) | undefined;
}

export interface RegistryWait {
  /** Milliseconds. */
  readonly forMs: number;
  /** The error of the last attempt, fit to print. */
  readonly reason: AppError;
}

/** A login. */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** A refresh token of an OAuth2 server (`identitytoken` in Docker's file). */
  | { readonly kind: 'identity'; readonly token: string }
  /** A bearer token, sent as it is (`registrytoken`). */
  | { readonly kind: 'bearer'; readonly token: string };

/** A repository in a registry, which holds blobs. */
export type Repository = Pick<Reference, 'registry' | 'repository'>;

export interface BlobRequest {
  readonly signal?: AbortSignal | undefined;
  /** Called as bytes arrive or leave, with the number of the blob's bytes transferred so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

export interface PullBlobRequest extends BlobRequest {
  /** Whether a chunk may be valid only until the next one is requested. */
  readonly lend?: boolean | undefined;
  /** Of the chunks taken so far, if the reader computes it: then they are not hashed a second time. */
  readonly digest?: RunningDigest | undefined;
}

export interface PushBlobRequest extends BlobRequest {
  /**
   * The bytes from `offset` on; called again when an upload is resumed or starts over. The stream must fail at its end
   * if the whole blob does not match the descriptor. A chunk is used until the next one is requested.
   */
  readonly read: (offset: number) => AsyncIterable<Uint8Array>;
  /** Repositories of the same registry that may have the blob: it is mounted from one of them. */
  readonly mountFrom?: readonly Repository[] | undefined;
}

/** The outcome of a push of a blob. */
export type PushedHow = 'exists' | 'mounted' | 'uploaded';

/** Registries, with connections that are kept for the life of the object. */
export interface Registries extends AsyncDisposable {
  /**
   * Resolves a name to a descriptor, without its content if the registry supports it (HEAD).
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
   * The bytes of a blob, verified against digest and size while they stream: the stream fails at its end if they
   * differ. Interrupted downloads resume (Range) and are retried with back-off. A server has at most six blob transfers
   * at a time, so read a stream to its end or close it. After BLOB_DIGEST_MISMATCH a second call may succeed: it skips
   * the mirror that sent wrong bytes.
   *
   * @throws AppError BLOB_DIGEST_MISMATCH, BLOB_SIZE_MISMATCH, and what `resolve` throws
   */
  blob(
    repository: Repository,
    descriptor: Descriptor,
    request?: PullBlobRequest,
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
   * Checks a login at a registry (`lamina login`), with these credentials only.
   *
   * @param registry as in references: `docker.io`, `localhost:5000`
   * @throws AppError REGISTRY_UNAUTHORIZED if it is refused; REGISTRY_UNREACHABLE
   */
  checkLogin(
    registry: string,
    credentials: Credentials,
    request?: { signal?: AbortSignal | undefined },
  ): Promise<void>;
}
