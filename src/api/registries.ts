/** Options and results of calls on registries. */

import type { TransferEvent } from '../image/index.ts';
import type { Digest, ImageConfig, Platform } from '../oci/index.ts';
import type { CallOptions, StoreOptions } from './store-options.ts';

/** Progress of a pull, push or copy. */
export type RegistryEvent =
  /** One image begins; its blobs follow. `name` is that of the repository. */
  | {
      readonly kind: 'image';
      readonly direction: 'in' | 'out';
      readonly name: string;
      readonly tag: string;
    }
  | ({ readonly kind: 'blob' } & TransferEvent);

/** What to pull. */
export interface PullOptions extends StoreOptions {
  /** `NAME[:TAG][@DIGEST]`; a repository with `allTags`. */
  readonly image: string;
  readonly allTags?: boolean | undefined;
  /** Undefined: the host's, or that of a single image for another platform. */
  readonly platform?: string | undefined;
  /** Path of a policy in the form of containers-policy.json, which must allow the image. */
  readonly policy?: string | undefined;
  /** Receives the progress of the transfer. */
  readonly onEvent?: ((event: RegistryEvent) => void) | undefined;
}

/** An image that was pulled. */
export interface PulledImage {
  /** Full form. */
  readonly reference: string;
  readonly id: Digest;
  /** Digest that the name has in the registry: of a manifest or an index. */
  readonly digest: Digest;
  /** Whether the name is new or referred to something else before. */
  readonly isNew: boolean;
  readonly platform: Platform;
}

/** What to push. */
export interface PushOptions extends StoreOptions {
  /** `NAME[:TAG]`; a repository with `allTags`. */
  readonly image: string;
  readonly allTags?: boolean | undefined;
  /** Push only the image for this platform, if the name has several. */
  readonly platform?: string | undefined;
  /** Receives the progress of the transfer. */
  readonly onEvent?: ((event: RegistryEvent) => void) | undefined;
}

/** An image that was pushed. */
export interface PushedImage {
  /** Full form. */
  readonly reference: string;
  readonly tag: string;
  readonly digest: Digest;
  /** Bytes of the manifest or index. */
  readonly size: number;
}

/** A registry, and who logs in. */
export interface LoginOptions extends CallOptions {
  /** A host with its port, or a URL of one; undefined: Docker Hub. */
  readonly server?: string | undefined;
  /** Undefined: the saved login. */
  readonly login?: { readonly username: string; readonly password: string } | undefined;
}

/** Whether a login succeeded, and where it is saved. */
export interface LoginResult {
  /** False: no login was given, and the registry accepts no saved one. */
  readonly succeeded: boolean;
  /** The file with the password in plain text, if any. */
  readonly unencryptedFile: string | undefined;
}

/** The registry whose login to remove. */
export interface LogoutOptions extends CallOptions {
  readonly server?: string | undefined;
}

/** The source and destination of a copy. */
export interface CopyOptions extends StoreOptions {
  /**
   * Location of an image: a name in a registry (also `docker://NAME`), `store:NAME`, `oci:DIR[:TAG]`,
   * `oci-archive:FILE[:TAG]`.
   */
  readonly source: string;
  readonly destination: string;
  /** Only the image for this platform; undefined: everything, including whole indexes. */
  readonly platform?: string | undefined;
  /** Receives the progress of the transfer. */
  readonly onEvent?: ((event: RegistryEvent) => void) | undefined;
}

/** The copied manifest or index. */
export interface CopyResult {
  readonly digest: Digest;
  readonly mediaType: string;
}

/** The manifest to read. */
export interface InspectManifestOptions extends CallOptions {
  readonly image: string;
}

/** A manifest or an index, as the registry has it. */
export interface InspectedManifest {
  /** Full form. */
  readonly reference: string;
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  /** The exact bytes. */
  readonly raw: Uint8Array;
  readonly document: Readonly<Record<string, unknown>>;
  /** For an index: its manifests with their documents. For an image: its config. */
  readonly parts: readonly ManifestPart[];
  readonly config: ImageConfig | undefined;
}

/** A manifest that an index lists. */
export interface ManifestPart {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly size: number;
  readonly platform: Platform | undefined;
  readonly raw: Uint8Array;
  readonly document: Readonly<Record<string, unknown>>;
}

/** The repository whose tags to list. */
export interface ListTagsOptions extends CallOptions {
  readonly repository: string;
}

/** Images, and the index to create from them. */
export interface CreateIndexOptions extends CallOptions {
  /** Names of images and indexes in registries. */
  readonly sources: readonly string[];
  /** Names of the index. */
  readonly references: readonly string[];
  /** Append the sources to the current image or index of the first reference. */
  readonly append?: boolean | undefined;
  /** Of the index. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Create an index even for a single image; default true. */
  readonly preferIndex?: boolean | undefined;
  /** Only images for these platforms; undefined or empty: all. */
  readonly platforms?: readonly string[] | undefined;
  /** Do not push. */
  readonly dryRun?: boolean | undefined;
  /** Receives the progress of the transfer. */
  readonly onEvent?: ((event: RegistryEvent) => void) | undefined;
}

/** The index that was pushed, or the only image. */
export interface CreateIndexResult {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly size: number;
  /** The exact bytes. */
  readonly raw: Uint8Array;
}

/** A manifest list, and its images. */
export interface CreateManifestListOptions extends StoreOptions {
  /** Name of the list, under which it is pushed. */
  readonly name: string;
  readonly sources: readonly string[];
  /** Add to an existing list. */
  readonly amend?: boolean | undefined;
}

/** A manifest of a list, and its platform. */
export interface AnnotateManifestListOptions extends StoreOptions {
  readonly name: string;
  /** The manifest whose platform changes. */
  readonly source: string;
  readonly platform: Partial<Platform>;
}

/** The manifest list to push. */
export interface PushManifestListOptions extends StoreOptions {
  readonly name: string;
  /** Remove the list after the push. */
  readonly purge?: boolean | undefined;
  /** Receives the progress of the transfer. */
  readonly onEvent?: ((event: RegistryEvent) => void) | undefined;
}

/** The manifest lists to remove. */
export interface RemoveManifestListsOptions extends StoreOptions {
  readonly names: readonly string[];
}
