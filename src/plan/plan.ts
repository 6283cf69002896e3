/** The result of planning: the graph, the vertices that the target needs, and the image of the target. */
import type { Instruction } from '../dockerfile/index.ts';
import type { Warning } from '../errors.ts';
import type { Graph, ImageSource, SCRATCH, VertexId } from '../graph/index.ts';
import type { ContainerConfig, Digest, ImageConfig, Platform } from '../oci/index.ts';
import type { StageBeginning } from './stage-beginning.ts';
import type { StepVariable } from './variable-settings.ts';

/** An image as planning sees it: its config is known, its layers are lazy. */
export interface BaseImage {
  /** As in the Dockerfile, after expansion. */
  readonly name: string;
  /** Digest of its config. */
  readonly id: Digest;
  readonly config: ImageConfig;
  /** Where other machines get it. */
  readonly source?: ImageSource | undefined;
}

/** Finds a base image; names are as written, after expansion. */
export type ResolveImage = (
  reference: string,
  platform: Platform,
  options?: ResolveImageOptions,
) => Promise<BaseImage>;

export interface ResolveImageOptions {
  /** Accept an image that exists for one other platform only. Default: it is an error. */
  readonly takesOther?: boolean | undefined;
}

/** A new entry of the image's history; those of the base image come before it. */
export interface PlannedHistory {
  readonly createdBy: string;
  readonly comment: string | undefined;
  readonly emptyLayer: boolean;
}

/** The image's config before anything is built: everything but root file system and times. */
export interface PlannedImage {
  readonly platform: Platform;
  readonly config: ContainerConfig;
  readonly author: string | undefined;
  readonly history: readonly PlannedHistory[];
  readonly base: BaseImage | undefined;
}

export interface PlannedStage {
  /** As the user named it, else its index. */
  readonly name: string;
  readonly index: number;
  /** The stage's last file system; undefined for a stage the target does not need. */
  readonly root: VertexId | typeof SCRATCH | undefined;
  /** The platform of its processes; undefined for a stage that the target does not need. */
  readonly platform: Platform | undefined;
  readonly isTarget: boolean;
  /** Undefined for a stage that was not planned. */
  readonly beginning: StageBeginning | undefined;
}

export interface BuildPlan {
  readonly graph: Graph;
  readonly target: VertexId | typeof SCRATCH;
  readonly image: PlannedImage;
  readonly stages: readonly PlannedStage[];
  /** Triggers of bases, those of each stage after its FROM. */
  readonly triggers: readonly Instruction[];
  /** The instructions of the graph's steps. */
  readonly instructionOf: ReadonlyMap<VertexId, Instruction>;
  /** The variables that each step sees. */
  readonly variablesOf: ReadonlyMap<VertexId, () => readonly StepVariable[]>;
  readonly warnings: readonly Warning[];
}
