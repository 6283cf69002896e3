/**
 * What the public API takes and gives back. `src/index.ts` exports functions of these types; the
 * command line is a thin caller of them. Nothing here prints, exits or reads the environment: what depends on
 * the process (arguments, environment variables, standard streams, the clock's epoch) is passed in.
 */
import type { ImageComparison } from '../analysis/index.ts';
import type { AppError, SourceLocation, Warning } from '../errors.ts';
import type { Descriptor, Digest } from '../oci/index.ts';
import type { BuildTarget, Outline } from '../outline/index.ts';
import type { BuildSummary, Emit } from '../progress/index.ts';
import type {
  CompareImagesOptions,
  CompareImagesResult,
  DiskUsageRow,
  HistoryRow,
  ImageHistoryOptions,
  ImageSummary,
  InspectImagesOptions,
  InspectImagesResult,
  LoadImagesOptions,
  LoadImagesResult,
  MakeBaseOptions,
  MakeBaseResult,
  PruneOptions,
  PruneResult,
  RemoveImageOptions,
  RemoveImageResult,
  SaveImagesOptions,
  TagOptions,
} from './image-options.ts';
import type {
  CopyOptions,
  CopyResult,
  InspectedManifest,
  InspectManifestOptions,
  ListTagsOptions,
  LoginOptions,
  LoginResult,
  LogoutOptions,
  PulledImage,
  PullOptions,
  PushedImage,
  PushOptions,
  RegistryEvent,
} from './registry-options.ts';

/** What every call that works on a store may be given. */
export interface StoreOptions {
  /** Directory of all state; undefined: the user's default place (see `defaultRoot`). */
  readonly root?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Where a result goes; the types are those of `docker buildx build --output`. */
export type OutputType = 'image' | 'oci' | 'docker' | 'tar' | 'local' | 'registry' | 'cacheonly';

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
}

export interface HostAlias {
  readonly name: string;
  readonly address: string;
}

export type NetworkMode = 'host' | 'none';

/** Takes chunks in order; the promise holds the writer back. */
export type ByteSink = (chunk: Uint8Array) => Promise<void>;

/** A build secret: its bytes, a file, or a variable of `BuildOptions.env`. */
export type SecretSource =
  | { readonly id: string; readonly file: string }
  | { readonly id: string; readonly env: string }
  | { readonly id: string; readonly value: Uint8Array };

/** An ssh agent: none said means SSH_AUTH_SOCK of `BuildOptions.env`, else its socket, or private keys. */
export interface SshSource {
  readonly id: string;
  readonly paths: readonly string[];
}

/** What steps may do beyond the usual; the names are those of `docker buildx build --allow`. */
export type Entitlement = 'security.insecure' | 'network.host';

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
  /** The caller's environment: proxy variables, secrets that name one, the ssh agent; nothing else is taken from it. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly onEvent?: Emit | undefined;
}

export interface BuildResult {
  /** Digest of the image config; undefined when the output is files only. */
  readonly imageId: Digest | undefined;
  /** Digest of the manifest (or index). */
  readonly digest: Digest | undefined;
  readonly descriptor: Descriptor | undefined;
  /** Normalised references the image has now. */
  readonly references: readonly string[];
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

/** The text that ranges refer to. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** What a build check found. */
export interface CheckWarning {
  readonly rule: string;
  /** What the rule asks for. */
  readonly description: string;
  /** Its page, relative to the project: `docs/rules/undefined-var.md`. */
  readonly page: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly location: SourceLocation;
}

export interface CheckResult {
  /** In the order of the text. */
  readonly warnings: readonly CheckWarning[];
  /** Why the file cannot be built. */
  readonly error: AppError | undefined;
  readonly source: SourceFile;
}

export interface OutlineResult extends Outline {
  readonly source: SourceFile;
}

export interface TargetsResult {
  /** In the order of the text. */
  readonly targets: readonly BuildTarget[];
  readonly source: SourceFile;
}

export interface RunOptions extends StoreOptions {
  readonly image: string;
  /** When to ask the registry for the image. Default: when the store lacks it. */
  readonly pull?: 'always' | 'missing' | 'never' | undefined;
  /** Told of a pull. */
  readonly onPull?: ((event: RegistryEvent) => void) | undefined;
  readonly onPulled?: ((image: PulledImage) => void) | undefined;
  /** `os/arch[/variant]`; undefined: whatever the name means here, else the host's. */
  readonly platform?: string | undefined;
  /** Replaces the image's CMD when not empty. */
  readonly command: readonly string[];
  /** Replaces the image's ENTRYPOINT; an empty string removes it. */
  readonly entrypoint?: string | undefined;
  /** Keep the caller's standard input open and pass it on. */
  readonly interactive?: boolean | undefined;
  /** Give the process a terminal: the caller's own. */
  readonly tty?: boolean | undefined;
  /** `NAME=value`, in order; already resolved against the caller's environment. */
  readonly env?: readonly string[] | undefined;
  readonly volumes?: readonly VolumeSpec[] | undefined;
  readonly workdir?: string | undefined;
  readonly user?: string | undefined;
  readonly name?: string | undefined;
  readonly hostname?: string | undefined;
  readonly network?: NetworkMode | undefined;
  readonly addHosts?: readonly HostAlias[] | undefined;
  readonly readonlyRoot?: boolean | undefined;
  /**
   * Where the process's output goes. `inherit`: the caller's own file descriptors 0 to 2 (what the command line
   * wants, and the only way with `tty`); else the functions receive it.
   */
  readonly stdio?:
    | 'inherit'
    | { readonly stdout: (data: Uint8Array) => void; readonly stderr: (data: Uint8Array) => void }
    | undefined;
}

export interface VolumeSpec {
  /** Absolute host path. */
  readonly source: string;
  /** Absolute path in the container. */
  readonly target: string;
  readonly readonly: boolean;
}

export interface RunResult {
  /** Exit status of the process; 128 + number when a signal ended it. */
  readonly exitCode: number;
  readonly signal: string | undefined;
}

export interface VersionInfo {
  readonly version: string;
  readonly node: string;
  /** `linux/amd64`. */
  readonly platform: string;
  /** What RUN and `run` use; undefined: none was found. */
  readonly runtime:
    | { readonly name: string; readonly path: string; readonly version: string }
    | undefined;
}

export interface ListContextOptions {
  /** A directory. */
  readonly context: string;
  /**
   * Only what the steps of a target read; undefined: all that is not ignored. Nothing is built, and base images need not
   * be there.
   */
  readonly neededBy?:
    | Pick<BuildOptions, 'root' | 'target' | 'buildArgs' | 'buildContexts' | 'env'>
    | undefined;
  /** As for a build: its own ignore file, if it has one, goes before that of the directory. */
  readonly dockerfile?: string | undefined;
  /** A path in the context about which `why` is asked. */
  readonly why?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ContextFile {
  /** In the context. */
  readonly path: string;
  readonly bytes: number;
}

/** A line of the ignore file, and what it leaves out. */
export interface IgnoreLine {
  readonly line: number;
  readonly pattern: string;
  readonly files: number;
  readonly bytes: number;
}

export interface ContextListing {
  /** What would be sent to a build that needs everything, or to `neededBy`, largest first; directories are not listed. */
  readonly files: readonly ContextFile[];
  readonly bytes: number;
  /** As shown to people; undefined: there is none. */
  readonly ignoreFile: string | undefined;
  /** Lines that leave out something, the largest first. */
  readonly ignored: readonly IgnoreLine[];
  readonly why: ContextReason | undefined;
}

/** Why a path of a context is sent or not. */
export interface ContextReason {
  readonly path: string;
  /** Undefined: nothing lies there. */
  readonly kind: 'file' | 'directory' | undefined;
  readonly ignored: boolean;
  /** The last line that matched; of a path that is sent, the one that took it back. */
  readonly decidedBy:
    | { readonly file: string; readonly line: number; readonly pattern: string }
    | undefined;
  /** Of a directory: files below it that are sent, which may be some even if it is ignored itself. */
  readonly sentBelow: number | undefined;
}

/** The functions `src/index.ts` exports, as one type: the command line is written against it. */
export interface LaminaApi {
  build(options: BuildOptions): Promise<BuildResult>;
  verify(options: BuildOptions): Promise<VerifyResult>;
  compareImages(options: CompareImagesOptions): Promise<CompareImagesResult>;
  check(options: BuildOptions): Promise<CheckResult>;
  outline(options: BuildOptions): Promise<OutlineResult>;
  targets(options: BuildOptions): Promise<TargetsResult>;
  listContext(options: ListContextOptions): Promise<ContextListing>;
  run(options: RunOptions): Promise<RunResult>;
  images(options: StoreOptions): Promise<readonly ImageSummary[]>;
  tag(options: TagOptions): Promise<void>;
  removeImage(options: RemoveImageOptions): Promise<RemoveImageResult>;
  saveImages(options: SaveImagesOptions): Promise<void>;
  loadImages(options: LoadImagesOptions): Promise<LoadImagesResult>;
  inspectImages(options: InspectImagesOptions): Promise<InspectImagesResult>;
  imageHistory(options: ImageHistoryOptions): Promise<readonly HistoryRow[]>;
  makeBase(options: MakeBaseOptions): Promise<MakeBaseResult>;
  prune(options: PruneOptions): Promise<PruneResult>;
  diskUsage(options: StoreOptions): Promise<readonly DiskUsageRow[]>;
  pullImages(options: PullOptions): Promise<readonly PulledImage[]>;
  pushImages(options: PushOptions): Promise<readonly PushedImage[]>;
  copyImage(options: CopyOptions): Promise<CopyResult>;
  login(options: LoginOptions): Promise<LoginResult>;
  logout(options: LogoutOptions): Promise<boolean>;
  inspectManifest(options: InspectManifestOptions): Promise<InspectedManifest>;
  listTags(options: ListTagsOptions): Promise<readonly string[]>;
  version(): Promise<VersionInfo>;
}
