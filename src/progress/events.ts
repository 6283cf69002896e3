/**
 * Everything a build says while it runs, as one stream of plain values. Producers take an
 * `Emit`; every display (terminal, plain, quiet, JSON) only reads. Events report, they never steer.
 * Times are milliseconds since the epoch.
 */
import type { Warning } from '../errors.ts';

/** One step as the displays show it; `id` is the digest of its vertex. */
export interface StepInfo {
  readonly id: string;
  /** `[build 2/5] RUN go build`, `[context] load build context`, `[export] image`. */
  readonly name: string;
  readonly stage: string | undefined;
  /** 1-based line of the instruction in the Dockerfile. */
  readonly line: number | undefined;
}

/** Something that happened in a build. `time` is in milliseconds since the epoch. */
export type BuildEvent =
  | { readonly kind: 'build.planned'; readonly time: number; readonly steps: readonly StepInfo[] }
  | { readonly kind: 'step.started'; readonly time: number; readonly step: StepInfo }
  | { readonly kind: 'step.cached'; readonly time: number; readonly step: StepInfo }
  | {
      readonly kind: 'step.completed';
      readonly time: number;
      readonly step: StepInfo;
      readonly durationMs: number;
      /** Bytes of file content this step added. */
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

/** A step of a build, and whether the cache had it. */
export interface StepSummary {
  readonly step: StepInfo;
  readonly cached: boolean;
  readonly durationMs: number;
  /** Bytes of file content in the step's own layer. */
  readonly addedBytes: number;
}

/** A stage that a build needed. */
export interface StageSummary {
  /** With the platform before it where the build has several: `linux/arm64 build`. */
  readonly name: string;
  /** Bytes of file content visible in the stage's final file system, base included. */
  readonly bytes: number | undefined;
  readonly isTarget: boolean;
}

/** A layer that a build added to an image. */
export interface LayerSummary {
  /** The instruction that made the layer, or the base image it came from. */
  readonly origin: string;
  /** Undefined where the layer is not here, and nobody has said how large it is. */
  readonly bytes: number | undefined;
  readonly files: number | undefined;
}

/** What a build did, and the sizes of what it made. */
export interface BuildSummary {
  readonly steps: readonly StepSummary[];
  readonly stages: readonly StageSummary[];
  /** Names of stages the target does not need. */
  readonly unusedStages: readonly string[];
  /** Bytes of file content in layers of the stages that are in no image: what multi-stage keeps out of it. */
  readonly leftBehindBytes: number;
  /** One for each platform. */
  readonly images: readonly BuiltImageSummary[];
  readonly durationMs: number;
}

/** An image that a build made. */
export interface BuiltImageSummary {
  /** `linux/arm64`; undefined where only one platform was asked for. */
  readonly platform: string | undefined;
  /** Those of the base image are one of them. */
  readonly layers: readonly LayerSummary[];
  /** How many layers the image has, each of the base image's counted. */
  readonly layerCount: number;
  /** Uncompressed bytes of the layers' files; undefined where one of them is not known. */
  readonly bytes: number | undefined;
}
