/** What a build takes and gives back. */
import type { ImageComparison } from '../analysis/index.ts';
import type { ByteSink } from '../destination/index.ts';
import type { Warning } from '../errors.ts';
import type { Descriptor, Digest } from '../oci/index.ts';
import type { BuildSummary, Emit } from '../progress/index.ts';
import type { ResourceLimits } from '../runtime/index.ts';
import type { HostAlias, NetworkMode, StoreOptions } from './store-options.ts';

/** Where a result goes; the types are those of `docker buildx build --output`. */
export type OutputType = 'image' | 'oci' | 'docker' | 'tar' | 'local' | 'registry' | 'cacheonly';

/** An output, as `docker buildx build --output` names it. */
export interface OutputSpec {
  readonly type: OutputType;
  /** A path; `-` is the stream `BuildOptions.stdout`. Undefined for outputs that stay in the store. */
  readonly dest?: string | undefined;
  /** Name given in the output itself (`name=`), beside the tags. */
  readonly name?: string | undefined;
  /** All other `key=value` pairs as written. */
  readonly attrs: Readonly<Record<string, string>>;
  /** All of it as it was written, for messages. */
  readonly text?: string | undefined;
}

/** A cache of other machines, as `--cache-from` and `--cache-to` of `docker buildx build` name it. */
export interface CacheSpec {
  /** `registry`, `local`, `inline`. */
  readonly type: string;
  /** All other `key=value` pairs as written. */
  readonly attrs: Readonly<Record<string, string>>;
  /** All of it as it was written, for messages. */
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

/** What steps may do beyond the usual; the names are those of `docker buildx build --allow`. */
export type Entitlement = 'security.insecure' | 'network.host';

/** What to build, from what, and where it goes. */
export interface BuildOptions extends StoreOptions {
  /**
   * A directory; `-`: a Dockerfile or a tar of the context on `stdin`; a git URL (`https://host/x.git#ref:subdir`,
   * `git@host:x`, `github.com/x/y`); an HTTP(S) URL of an archive of the context, or of a Dockerfile.
   */
  readonly context: string;
  /**
   * Other contexts by name, for FROM, --from and mounts: a directory, `docker-image://REF`,
   * `oci-layout://DIR[:tag|@digest]`, a git or HTTP(S) URL. They stand in for stages and images of their name.
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
  /** References to give the result; normalised by the callee. */
  readonly tags?: readonly string[] | undefined;
  readonly target?: string | undefined;
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly noCache?: boolean | undefined;
  /** Asked for what the store's own cache has not. */
  readonly cacheFrom?: readonly CacheSpec[] | undefined;
  /** Where this build's steps are written for others. */
  readonly cacheTo?: readonly CacheSpec[] | undefined;
  /** Names of stages whose steps are run afresh. */
  readonly noCacheFilter?: readonly string[] | undefined;
  /** Steps at the same time; undefined: two per core, at least 8. */
  readonly jobs?: number | undefined;
  /** Empty or undefined: into the image store. */
  readonly outputs?: readonly OutputSpec[] | undefined;
  /** `[TYPE[PLATFORM],…:]key=value` for every output that has manifests; types are those of BuildKit. */
  readonly annotations?: readonly string[] | undefined;
  /** One layer of all that the build added, or of the whole image. */
  readonly squash?: 'own' | 'all' | undefined;
  readonly addHosts?: readonly HostAlias[] | undefined;
  /** Default of RUN. Undefined: `host`. */
  readonly network?: NetworkMode | undefined;
  /** Platforms of the result, `os/arch[/variant]` as written; undefined or empty: the host's. */
  readonly platforms?: readonly string[] | undefined;
  /** Look for newer base images first. */
  readonly pull?: boolean | undefined;
  readonly shmSize?: number | undefined;
  readonly ulimits?:
    | readonly { readonly name: string; readonly soft: number; readonly hard: number }[]
    | undefined;
  /** Limits of the processes of RUN; part of no cache key. */
  readonly limits?: ResourceLimits | undefined;
  /** Control group in which those of RUN are made. */
  readonly cgroupParent?: string | undefined;
  /**
   * What RUN trusts beside its image's certificates: paths of PEM files; `host` is what was added to this machine's own
   * trust store. Part of no layer and no cache key.
   */
  readonly caCertificates?: readonly string[] | undefined;
  /** Seconds; times of new files and of the image are clamped to it. */
  readonly sourceDateEpoch?: number | undefined;
  /** For `RUN --mount=type=secret`. Of two with one id the last counts. */
  readonly secrets?: readonly SecretSource[] | undefined;
  /** For `RUN --mount=type=ssh`. */
  readonly ssh?: readonly SshSource[] | undefined;
  readonly allow?: readonly Entitlement[] | undefined;
  readonly onEvent?: Emit | undefined;
}

/** What became of an output. */
export interface WrittenOutput {
  /** `store`: lamina's own; `engine`: that of Docker or Podman; else as in `OutputType`. */
  readonly kind: 'store' | 'engine' | 'registry' | 'oci' | 'docker' | 'tar' | 'local';
  /** A path as written (`-`: `BuildOptions.stdout`), a reference, an engine's name; in the store the image ID. */
  readonly dest: string;
  /** Whether `dest` is a directory. */
  readonly isDirectory: boolean;
  /** As written there, so most often compressed; undefined for the store, pipes and devices. */
  readonly bytes: number | undefined;
  /** Of `local`: everything but directories. */
  readonly files: number | undefined;
}

/** What a build made. */
export interface BuildResult {
  /** Digest of the image config; undefined when the output is files only. */
  readonly imageId: Digest | undefined;
  /** Digest of the manifest (or index). */
  readonly digest: Digest | undefined;
  readonly descriptor: Descriptor | undefined;
  /** Normalised references the image has now. */
  readonly references: readonly string[];
  /** One or more for each output. */
  readonly outputs: readonly WrittenOutput[];
  /** What `--metadata-file` writes: `containerimage.digest`, `containerimage.config.digest`, … */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly summary: BuildSummary;
  readonly warnings: readonly Warning[];
}

/** What two builds of the same input made. */
export interface VerifyResult {
  /** Of the first build, whose outputs are kept. */
  readonly build: BuildResult;
  /** Whether the images are the same to the byte. */
  readonly identical: boolean;
  /** One for each platform; none where no image was made. */
  readonly comparisons: readonly (ImageComparison & { readonly platform: string })[];
}
