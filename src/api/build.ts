/** Options and results of builds. */
import type { ImageComparison } from '../analysis/index.ts';
import type { ByteSink } from '../destination/index.ts';
import type { Warning } from '../errors.ts';
import type { Descriptor, Digest } from '../oci/index.ts';
import type { BuildSummary, Emit } from '../progress/index.ts';
import type { IsolationChoice, ResourceLimits } from '../runtime/index.ts';
import type { HostAlias, NetworkMode, StoreOptions } from './store-options.ts';

/** Where a result goes; the types are those of `docker buildx build --output`. */
export type OutputType = 'image' | 'oci' | 'docker' | 'tar' | 'local' | 'registry' | 'cacheonly';

/** An output, as `docker buildx build --output` names it. */
export interface OutputSpec {
  readonly type: OutputType;
  /** A path, or `-` for the stream `BuildOptions.stdout`. Undefined for outputs in the store. */
  readonly dest?: string | undefined;
  /** Name in the output itself (`name=`), in addition to the tags. */
  readonly name?: string | undefined;
  /** All other `key=value` pairs as written. */
  readonly attrs: Readonly<Record<string, string>>;
  /** The whole value as written, for messages. */
  readonly text?: string | undefined;
}

/** An external cache, as in `--cache-from` and `--cache-to` of `docker buildx build`. */
export interface CacheSpec {
  /** `registry`, `local`, `inline`. */
  readonly type: string;
  /** All other `key=value` pairs as written. */
  readonly attrs: Readonly<Record<string, string>>;
  /** The whole value as written, for messages. */
  readonly text?: string | undefined;
}

/** A build secret: its bytes, a file, or a variable of the instance's environment. */
export type SecretSource =
  | { readonly id: string; readonly file: string }
  | { readonly id: string; readonly env: string }
  | { readonly id: string; readonly value: Uint8Array };

/** An ssh agent: its socket, or private keys; without paths, SSH_AUTH_SOCK of the instance's environment. */
export interface SshSource {
  readonly id: string;
  readonly paths: readonly string[];
}

/** An entitlement of steps; the names are those of `docker buildx build --allow`. */
export type Entitlement = 'security.insecure' | 'network.host';

/** What is attached to an image that leaves the store: statements about it, in the form of BuildKit's attestations. */
export type AttestationSpec =
  /** A bill of materials: SPDX 2.3. */
  | { readonly type: 'sbom' }
  /** How it was built: SLSA provenance 1. `min` leaves out values of arguments. */
  | {
      readonly type: 'provenance';
      readonly mode: 'min' | 'max';
      readonly builderId?: string | undefined;
    };

/** What to build, from what, and where it goes. */
export interface BuildOptions extends StoreOptions {
  /**
   * A directory; `-`: a Dockerfile or a tar of the context on `stdin`; a git URL (`https://host/x.git#ref:subdir`,
   * `git@host:x`, `github.com/x/y`); an HTTP(S) URL of an archive of the context, or of a Dockerfile.
   */
  readonly context: string;
  /**
   * Other contexts by name, for FROM, --from and mounts: a directory, `docker-image://REF`,
   * `oci-layout://DIR[:tag|@digest]`, a git or HTTP(S) URL. They override stages and images of the same name.
   */
  readonly buildContexts?: Readonly<Record<string, string>> | undefined;
  /**
   * A path as written (relative to the working directory, or in a fetched context), `-` for `stdin`, an HTTP(S) URL,
   * undefined for the context's `Dockerfile`.
   */
  readonly dockerfile?: string | undefined;
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
  /** Receives outputs whose `dest` is `-`. */
  readonly stdout?: ByteSink | undefined;
  /** References for the result; the callee normalises them. */
  readonly tags?: readonly string[] | undefined;
  readonly target?: string | undefined;
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly noCache?: boolean | undefined;
  /** Caches to search for steps that the store does not have. */
  readonly cacheFrom?: readonly CacheSpec[] | undefined;
  /** Caches to export the steps of this build to. */
  readonly cacheTo?: readonly CacheSpec[] | undefined;
  /** Names of stages whose steps ignore the cache. */
  readonly noCacheFilter?: readonly string[] | undefined;
  /** Maximum number of parallel steps; undefined: two per core, at least 8. */
  readonly jobs?: number | undefined;
  /** Empty or undefined: the image store. */
  readonly outputs?: readonly OutputSpec[] | undefined;
  /** `[TYPE[PLATFORM],…:]key=value` for every output that has manifests; types are those of BuildKit. */
  readonly annotations?: readonly string[] | undefined;
  /** For images that are pushed or written as OCI archives. Default: none. */
  readonly attestations?: readonly AttestationSpec[] | undefined;
  /** Merges the layers that the build adds, or all layers of the image, into one. */
  readonly squash?: 'own' | 'all' | undefined;
  readonly addHosts?: readonly HostAlias[] | undefined;
  /**
   * Default network of RUN. Undefined: `host`. With another, `RUN --network=host` needs the entitlement `network.host`.
   */
  readonly network?: NetworkMode | undefined;
  /** Platforms of the result, `os/arch[/variant]` as written; undefined or empty: the host's. */
  readonly platforms?: readonly string[] | undefined;
  /** Ask registries for newer base images first. */
  readonly pull?: boolean | undefined;
  /**
   * Path of a policy in the form of containers-policy.json(5): which images FROM, COPY --from and mounts may use, and by
   * whom they must be signed. It does not cover images from layouts, nor ADD.
   */
  readonly policy?: string | undefined;
  readonly shmSize?: number | undefined;
  readonly ulimits?:
    | readonly { readonly name: string; readonly soft: number; readonly hard: number }[]
    | undefined;
  /** Limits of the processes of RUN; not part of any cache key. */
  readonly limits?: ResourceLimits | undefined;
  /** How processes of RUN are isolated; not part of any cache key. Default: `LAMINA_ISOLATION`, else `auto`. */
  readonly isolation?: IsolationChoice | undefined;
  /** Parent control group of RUN. */
  readonly cgroupParent?: string | undefined;
  /**
   * Certificates that RUN trusts in addition to the image's: paths of PEM files; `host` selects the certificates that were
   * added to this machine's trust store. Not part of any layer or cache key.
   */
  readonly caCertificates?: readonly string[] | undefined;
  /** Seconds; times of new files and of the image are clamped to it. */
  readonly sourceDateEpoch?: number | undefined;
  /** For `RUN --mount=type=secret`. The last of several with one id wins. */
  readonly secrets?: readonly SecretSource[] | undefined;
  /** For `RUN --mount=type=ssh`. */
  readonly ssh?: readonly SshSource[] | undefined;
  readonly allow?: readonly Entitlement[] | undefined;
  /**
   * Where the steps run: the name of a builder, or the address of a BuildKit daemon. `default`: this machine. Undefined:
   * LAMINA_BUILDER, else the builder of `useBuilder`, else this machine.
   */
  readonly builder?: string | undefined;
  /** `remote`: the daemon of `builder` plans the Dockerfile by its own frontend. Undefined: lamina does. */
  readonly frontend?: 'remote' | undefined;
  /** Called at the end of the build, now and then: it is time for `collectGarbage`. */
  readonly onCollectionDue?: (() => void) | undefined;
  readonly onEvent?: Emit | undefined;
  /**
   * Called as soon as the result is there, and waited for. The call itself also waits until the record of the build is kept and the
   * store is closed. What it throws, the call throws.
   */
  readonly onResult?: ((result: BuildResult) => void | Promise<void>) | undefined;
}

/** The result of an output. */
export interface WrittenOutput {
  /** `store`: lamina's image store; `engine`: Docker's or Podman's; else as in `OutputType`. */
  readonly kind: 'store' | 'engine' | 'registry' | 'oci' | 'docker' | 'tar' | 'local';
  /** A path as written (`-`: `BuildOptions.stdout`), a reference, an engine's name; in the store the image ID. */
  readonly dest: string;
  /** Whether `dest` is a directory. */
  readonly isDirectory: boolean;
  /** Bytes written, usually compressed; undefined for the store, pipes and devices. */
  readonly bytes: number | undefined;
  /** Number of files of `local`, without directories. */
  readonly files: number | undefined;
}

/** The result of a build. */
export interface BuildResult {
  /** Digest of the image config; undefined if the outputs are only files. */
  readonly imageId: Digest | undefined;
  /** Digest of the manifest (or index). */
  readonly digest: Digest | undefined;
  readonly descriptor: Descriptor | undefined;
  /** Normalised references that the image has now. */
  readonly references: readonly string[];
  /** One or more for each output. */
  readonly outputs: readonly WrittenOutput[];
  /** What `--metadata-file` writes: `containerimage.digest`, `containerimage.config.digest`, … */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly summary: BuildSummary;
  readonly warnings: readonly Warning[];
  /** Under which the build is on record: for `explainBuild`. */
  readonly buildId: string;
}

/** The results of two builds of the same input. */
export interface VerifyResult {
  /** The result of the first build, whose outputs are kept. */
  readonly build: BuildResult;
  /** Whether the images are identical to the byte. */
  readonly identical: boolean;
  /** One for each platform; none if there is no image. */
  readonly comparisons: readonly (ImageComparison & { readonly platform: string })[];
}
