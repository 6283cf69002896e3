/** Options and results of `lamina bake`. */
import type { Emit } from '../progress/index.ts';
import type { IsolationChoice } from '../runtime/index.ts';
import type { BuildOptions, BuildResult } from './build.ts';
import type { StoreOptions } from './store-options.ts';

/** Where the definition of targets is, and what is changed in it. */
export interface BakeDefinitionOptions extends StoreOptions {
  /**
   * Paths of HCL, JSON and Compose files, `-` for `stdin`; later ones override earlier ones. None: those of the usual names that
   * exist in `directory` (`compose.yaml`, `docker-bake.hcl`, …).
   */
  readonly files?: readonly string[] | undefined;
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
  /** A git URL: the files, and the contexts of the targets, are in that repository. */
  readonly repository?: string | undefined;
  /** Paths are relative to it. Default: the working directory. */
  readonly directory?: string | undefined;
  /** Names of targets and groups, or patterns of them. None: `default`. */
  readonly targets?: readonly string[] | undefined;
  /** `TARGET.KEY=VALUE`, as `--set` of `docker buildx bake` has it. */
  readonly overrides?: readonly string[] | undefined;
  /** Name of the Compose project: services without an image name get the one that Compose gives them, `PROJECT-SERVICE`. */
  readonly composeProject?: string | undefined;
  /** Also the Compose services that the given ones depend on. Without any given, all services are built anyway. */
  readonly composeDependencies?: boolean | undefined;
  /** Values of variables; they take precedence over those of the environment. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

/** What a definition says, resolved. */
export interface BakeDefinition {
  /** What is built, sorted by name, targets that others use as contexts included. */
  readonly targets: readonly { readonly name: string; readonly options: BakeTargetOptions }[];
  /** The groups on the way, with their members. */
  readonly groups: readonly { readonly name: string; readonly targets: readonly string[] }[];
  /** The definition as JSON, in the form of `docker buildx bake --print`, which can be given as a file again. */
  readonly json: string;
  /** All targets and groups of the files, sorted by name. */
  readonly available: readonly {
    readonly name: string;
    readonly description: string | undefined;
    readonly isGroup: boolean;
  }[];
  readonly variables: readonly {
    readonly name: string;
    readonly description: string | undefined;
    /** `list of string`; undefined if it has no type of its own. */
    readonly type: string | undefined;
    readonly value: string | undefined;
  }[];
}

/** A target as options of a build. */
export interface BakeTargetOptions
  extends Pick<
    BuildOptions,
    | 'context'
    | 'dockerfile'
    | 'tags'
    | 'target'
    | 'buildArgs'
    | 'labels'
    | 'noCache'
    | 'noCacheFilter'
    | 'cacheFrom'
    | 'cacheTo'
    | 'outputs'
    | 'annotations'
    | 'attestations'
    | 'addHosts'
    | 'network'
    | 'platforms'
    | 'pull'
    | 'shmSize'
    | 'ulimits'
    | 'limits'
    | 'secrets'
    | 'ssh'
    | 'allow'
    | 'buildContexts'
    | 'sourceDateEpoch'
  > {
  /** The text of the Dockerfile, if the definition contains it. */
  readonly dockerfileText: string | undefined;
  /** Contexts that are results of other targets: target by name of the context. */
  readonly linkedContexts: Readonly<Record<string, string>>;
  /** Only built because another target uses it. */
  readonly isLinkedOnly: boolean;
  /** `check`, `outline`, …: what to do instead of building. */
  readonly call: string | undefined;
}

/** Options of a bake. */
export interface BakeOptions extends BakeDefinitionOptions {
  /**
   * What targets may do beyond reading and writing in `directory`: `fs=PATH`, `fs.read=PATH`, `fs.write=PATH` (`*`: any path),
   * `network.host`, `security.insecure`, `ssh`.
   */
  readonly allow?: readonly string[] | undefined;
  /** Maximum number of parallel steps of each target; see `BuildOptions.jobs`. */
  readonly jobs?: number | undefined;
  readonly isolation?: IsolationChoice | undefined;
  /** Where the steps of all targets run; see `BuildOptions.builder`. */
  readonly builder?: string | undefined;
  /** The policy of all targets; see `BuildOptions.policy`. */
  readonly policy?: string | undefined;
  readonly caCertificates?: readonly string[] | undefined;
  /** The events of all builds; the names of steps begin with those of their targets. */
  readonly onEvent?: Emit | undefined;
  /** Called once, at the end: it is time for `collectGarbage`. */
  readonly onCollectionDue?: (() => void) | undefined;
}

/** The results of a bake. */
export interface BakeResult {
  /** Sorted by name, without those that were only built for others. */
  readonly targets: readonly { readonly name: string; readonly result: BuildResult }[];
}
