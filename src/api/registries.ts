/** What the public API takes and gives back where it talks to registries. */

import type { TransferEvent } from '../image/index.ts';
import type { Digest, ImageConfig, Platform } from '../oci/index.ts';
import type { CallOptions, StoreOptions } from './store-options.ts';

/** How far a pull, push or copy has come. */
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
  /** Undefined: the host's, and a lone image for another is taken too. */
  readonly platform?: string | undefined;
  /** Told how far the transfer has come. */
  readonly onEvent?: ((event: RegistryEvent) => void) | undefined;
}

/** An image that was pulled. */
export interface PulledImage {
  /** Full form. */
  readonly reference: string;
  readonly id: Digest;
  /** Of what the name means in the registry: a manifest or an index. */
  readonly digest: Digest;
  /** Whether the name meant something else, or nothing, before. */
  readonly isNew: boolean;
  readonly platform: Platform;
}

/** What to push. */
export interface PushOptions extends StoreOptions {
  /** `NAME[:TAG]`; a repository with `allTags`. */
  readonly image: string;
  readonly allTags?: boolean | undefined;
  /** Of several images of that name push only the one for this platform. */
  readonly platform?: string | undefined;
  /** Told how far the transfer has come. */
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
  /** Undefined: the login that is kept already. */
  readonly login?: { readonly username: string; readonly password: string } | undefined;
}

/** Whether a login succeeded, and where it is kept. */
export interface LoginResult {
  /** False: none was given, and none is kept that the registry takes. */
  readonly succeeded: boolean;
  /** The file in which everybody who can read it can read the password. */
  readonly unencryptedFile: string | undefined;
}

/** The registry whose login to forget. */
export interface LogoutOptions extends CallOptions {
  readonly server?: string | undefined;
}

/** What to copy where. */
export interface CopyOptions extends StoreOptions {
  /**
   * A place of an image: a name in a registry (also `docker://NAME`), `store:NAME`, `oci:DIR[:TAG]`,
   * `oci-archive:FILE[:TAG]`.
   */
  readonly source: string;
  readonly destination: string;
  /** Only the image for this platform; undefined: all there is, indexes whole. */
  readonly platform?: string | undefined;
  /** Told how far the transfer has come. */
  readonly onEvent?: ((event: RegistryEvent) => void) | undefined;
}

/** What was copied: a manifest or an index. */
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
  /** Of an index: the manifests it names, with their own documents. Of an image: its config. */
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

/** Images, and the index to make of them. */
export interface CreateIndexOptions extends CallOptions {
  /** Names in registries of images and indexes. */
  readonly sources: readonly string[];
  /** Names the index gets. */
  readonly references: readonly string[];
  /** Keep what the first of the references means now, and add the sources. */
  readonly append?: boolean | undefined;
  /** Of the index. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Make an index of a single image too; default true. */
  readonly preferIndex?: boolean | undefined;
  /** Only images for these platforms; undefined or empty: all. */
  readonly platforms?: readonly string[] | undefined;
  /** Push nothing. */
  readonly dryRun?: boolean | undefined;
  /** Told how far the transfer has come. */
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
  /** Add to a list that is there. */
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
  /** Remove the list once it is pushed. */
  readonly purge?: boolean | undefined;
  /** Told how far the transfer has come. */
  readonly onEvent?: ((event: RegistryEvent) => void) | undefined;
}

/** The manifest lists to remove. */
export interface RemoveManifestListsOptions extends StoreOptions {
  readonly names: readonly string[];
}
