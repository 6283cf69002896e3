/** The options of planning, and the interface of a stage for planning one instruction. */
import type { Instruction, StageSource, SyntaxTree, Word } from '../dockerfile/index.ts';
import type { Warning } from '../errors.ts';
import type {
  GitOp,
  HttpOp,
  Locations,
  Op,
  SCRATCH,
  VertexId,
  VertexInfo,
} from '../graph/index.ts';
import type { Platform } from '../oci/index.ts';
import type { ContextSource } from './contexts.ts';
import type { ResolveImage } from './plan.ts';
import type { StepVariable } from './variable-settings.ts';

export interface PlanOptions {
  readonly tree: SyntaxTree;
  readonly instructions: readonly Instruction[];
  /** A stage's name or index; undefined: the last stage. */
  readonly target?: string | undefined;
  /** Plan stages that the target does not need too, so that their faults are found. Default: no. */
  readonly everyStage?: boolean | undefined;
  readonly buildArgs: ReadonlyMap<string, string>;
  /**
   * The resolved value of a global ARG SOURCE_DATE_EPOCH whose default names a source; `''`: a source without a time.
   */
  readonly epoch?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** Of the image. */
  readonly platform: Platform;
  /** No platform was requested: a stage is for that of its base image. */
  readonly takesPlatformOfBase?: boolean | undefined;
  /** Of this machine. */
  readonly buildPlatform: Platform;
  /** Whether the names of steps include the platform: true if the build has several. */
  readonly namesPlatforms?: boolean | undefined;
  readonly noCache: boolean;
  /** Names of stages whose steps ignore the cache. */
  readonly noCacheFilter: readonly string[];
  /** The network of RUN without a flag. */
  readonly network: 'host' | 'none' | 'private';
  /** Whether the user set that network. */
  readonly isNetworkGiven?: boolean | undefined;
  readonly extraHosts: readonly { readonly name: string; readonly address: string }[];
  readonly shmSize: number | undefined;
  readonly ulimits: readonly {
    readonly name: string;
    readonly soft: number;
    readonly hard: number;
  }[];
  /** The entitlements of --allow. */
  readonly allow?: readonly string[] | undefined;
  readonly resolveImage: ResolveImage;
  /** The build context (`context`, default: a local directory) and the named contexts, by name. */
  readonly contexts?: ReadonlyMap<string, ContextSource> | undefined;
}

/** The interface of a stage for planning one instruction. */
export interface StagePlan {
  readonly options: PlanOptions;
  readonly stage: StageSource;
  readonly warn: (warning: Warning) => void;
  /** Adds an operation as the next step of the stage. */
  readonly addStep: (
    op: Op,
    inputs: readonly (VertexId | typeof SCRATCH)[],
    step: StepText,
  ) => VertexId;
  readonly addContext: () => VertexId;
  /** Adds an operation without an instruction of its own: it is not counted among the stage's steps. */
  readonly addInternalStep: (
    op: Op,
    inputs: readonly (VertexId | typeof SCRATCH)[],
    step: InternalStepText,
  ) => VertexId;
  /** Adds a source that is fetched for a step. */
  readonly addSource: (op: HttpOp | GitOp, step: StepText) => VertexId;
  /** Whether a file system is a local directory, whose owners are ignored. */
  readonly isLocal: (root: VertexId | typeof SCRATCH) => boolean;
  /** The file system of COPY --from or a mount. */
  readonly rootOf: (name: Word, options?: RootOfOptions) => Promise<VertexId | typeof SCRATCH>;
  /** Values of global ARGs. */
  readonly globals: ReadonlyMap<string, string>;
}

export interface StepText {
  readonly instruction: Instruction;
  /** Shown to people: the instruction, variables replaced. */
  readonly text: string;
  readonly proxyEnv?: readonly string[] | undefined;
  readonly asWritten?: VertexInfo['asWritten'];
  readonly locations: Locations;
  /** The variables that the step sees; called at most once, after the build. */
  readonly variables?: (() => readonly StepVariable[]) | undefined;
}

export interface InternalStepText {
  readonly name: string;
  readonly locations: Locations;
}

export interface RootOfOptions {
  /** Whether a number is a stage's index, as in COPY. Default: yes. */
  readonly byIndex?: boolean | undefined;
}
