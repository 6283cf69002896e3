/**
 * The events of a running build, as one stream of plain values. Producers take an `Emit`; displays (terminal, plain,
 * quiet, JSON) only read. Events report; they do not control anything. Times are milliseconds since the epoch.
 */
import type { Warning } from '../errors.ts';

/** A step for displays; `id` is the digest of its vertex. */
export interface StepInfo {
  readonly id: string;
  /** `[build 2/5] RUN go build`, `[context] load build context`, `[export] image`. */
  readonly name: string;
  readonly stage: string | undefined;
  /** 1-based line of the instruction in the Dockerfile. */
  readonly line: number | undefined;
}

/** An event of a build. `time` is in milliseconds since the epoch. */
export type BuildEvent =
  | { readonly kind: 'build.planned'; readonly time: number; readonly steps: readonly StepInfo[] }
  | {
      /** How the processes of RUN are isolated, before the first of them starts. */
      readonly kind: 'build.isolation';
      readonly time: number;
      /** `oci`, `builtin`, … */
      readonly isolation: string;
      /** What it does not give that `oci` does, as short noun phrases. */
      readonly lacks: readonly string[];
    }
  | { readonly kind: 'step.started'; readonly time: number; readonly step: StepInfo }
  | { readonly kind: 'step.cached'; readonly time: number; readonly step: StepInfo }
  | {
      readonly kind: 'step.completed';
      readonly time: number;
      readonly step: StepInfo;
      readonly durationMs: number;
      /** Bytes of file content that this step added. */
      readonly addedBytes: number;
    }
  | {
      readonly kind: 'step.failed';
      readonly time: number;
      readonly step: StepInfo;
      readonly error: Error;
    }
  | { readonly kind: 'step.cancelled'; readonly time: number; readonly step: StepInfo }
  | {
      /** Progress inside a step: `transferring context`, `copying files`, `exporting layers`. */
      readonly kind: 'step.status';
      readonly time: number;
      readonly step: StepInfo;
      readonly label: string;
      readonly current: number;
      readonly total: number | undefined;
      readonly unit: 'bytes' | 'files' | 'layers';
      readonly done: boolean;
    }
  | {
      readonly kind: 'step.log';
      readonly time: number;
      readonly step: StepInfo;
      readonly stream: 'stdout' | 'stderr';
      readonly data: Uint8Array;
    }
  | { readonly kind: 'warning'; readonly time: number; readonly warning: Warning }
  | { readonly kind: 'build.summary'; readonly time: number; readonly summary: BuildSummary };

/** Receives the events of a build, in order. */
export type Emit = (event: BuildEvent) => void;

/** A step of a build, and whether it was cached. */
export interface StepSummary {
  readonly step: StepInfo;
  readonly cached: boolean;
  readonly durationMs: number;
  /** Bytes of file content in the step's own layer. */
  readonly addedBytes: number;
}

/** A stage that a build needed. */
export interface StageSummary {
  /** With the platform before it in a multi-platform build: `linux/arm64 build`. */
  readonly name: string;
  /** Bytes of file content in the stage's final file system, including the base. */
  readonly bytes: number | undefined;
  readonly isTarget: boolean;
  /** Ids of its layers in the store, bottom first, its base's included; undefined: unknown. */
  readonly layers?: readonly string[] | undefined;
  /** In a multi-platform build. */
  readonly usedBy?: StageUse | undefined;
}

/** Which of the images of a multi-platform build need a stage. */
export interface StageUse {
  /** The stage's name without a platform. */
  readonly stage: string;
  /** Of the images: a stage that runs on the build platform may serve several. */
  readonly platforms: readonly string[];
}

/** A layer that a build added to an image. */
export interface LayerSummary {
  /** The instruction that made the layer, or the base image it came from. */
  readonly origin: string;
  /** Undefined for a lazy layer of unknown size. */
  readonly bytes: number | undefined;
  readonly files: number | undefined;
}

/** The summary of a build: its steps, and sizes of its results. */
export interface BuildSummary {
  readonly steps: readonly StepSummary[];
  readonly stages: readonly StageSummary[];
  /** Names of stages that the target does not need. */
  readonly unusedStages: readonly string[];
  /** Bytes of file content in the stages' layers that are in no image: what the multi-stage build keeps out. */
  readonly leftBehindBytes: number;
  /** One for each platform. */
  readonly images: readonly BuiltImageSummary[];
  readonly durationMs: number;
}

/** An image that a build created. */
export interface BuiltImageSummary {
  /** `linux/arm64`; undefined in a build for one platform. */
  readonly platform: string | undefined;
  /** The layers of the base image count as one. */
  readonly layers: readonly LayerSummary[];
  /** Number of layers of the image, including each one of the base image. */
  readonly layerCount: number;
  /** Uncompressed bytes of the layers' files; undefined if one is unknown. */
  readonly bytes: number | undefined;
}
