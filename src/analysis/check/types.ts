/** What an image is held against, and what came of it. Sizes are bytes; layers count from 0 at the bottom. */
import type { ReportedImage, ReportedProblem, ReportPath } from '../report/types.ts';

/** Limits of an image. What is undefined, or false, is not checked. */
export interface ImageLimits {
  /** Bytes that the layers ship, unpacked. */
  readonly maxSize?: number | undefined;
  /** Bytes of the layers' blobs with config and manifest. */
  readonly maxCompressed?: number | undefined;
  /** Bytes that are shipped and not visible in the end. */
  readonly maxReclaimable?: number | undefined;
  /** Layers that have a file system. */
  readonly maxLayers?: number | undefined;
  /** Efficiency as dive computes it, from 0 to 1. */
  readonly minEfficiency?: number | undefined;
  /** Wasted bytes as dive counts them: every copy of a file that several layers have. */
  readonly maxWastedBytes?: number | undefined;
  /** dive's wasted bytes by the bytes of all layers but the lowest, from 0 to 1. */
  readonly maxUserWasted?: number | undefined;
  /** The image does not run as root. */
  readonly nonRoot?: boolean | undefined;
  readonly noShell?: boolean | undefined;
  /** No file is setuid or setgid. */
  readonly noSetuid?: boolean | undefined;
  readonly noSecrets?: boolean | undefined;
  readonly noPackageManager?: boolean | undefined;
  /** Names of images, one of which it is to be based on; `*` stands for any characters. */
  readonly bases?: readonly string[] | undefined;
}

/** Names of rules are those of the options that set their limits, and stay as they are. */
export type ImageRule =
  | 'max-size'
  | 'max-compressed'
  | 'max-reclaimable'
  | 'max-layers'
  | 'min-efficiency'
  | 'max-wasted-bytes'
  | 'max-user-wasted'
  | 'non-root'
  | 'no-shell'
  | 'no-setuid'
  | 'no-secrets'
  | 'no-package-manager'
  | 'base';

/** What came of checking an image. */
export interface ImageCheck {
  readonly image: ReportedImage;
  /** No limit is exceeded. An image of which a layer could not be read may be worse than that: see `problems`. */
  readonly passed: boolean;
  /** All rules there are, always in the same order. */
  readonly rules: readonly CheckedRule[];
  /** What exceeds a limit. Where there are no limits at all: whatever there is to say, as notes. */
  readonly findings: readonly ImageFinding[];
  /** Layers that could not be read: what is in them was not checked. */
  readonly problems: readonly ReportedProblem[];
}

/** Bytes, a number, a ratio, or names; `true` where it is one or the other. */
export type CheckedLimit = number | true | readonly string[];

/** A rule, and how the image stands to it. */
export interface CheckedRule {
  readonly rule: ImageRule;
  readonly status: 'passed' | 'failed' | 'not-checked';
  /** Null where none was given. */
  readonly limit: CheckedLimit | null;
  /** What the image has: bytes, a number of files, a ratio, the user, the base. Null where it is not known. */
  readonly actual: number | string | null;
}

/** Something in an image that is not as it should be. */
export interface ImageFinding {
  readonly rule: ImageRule;
  /** `error` exceeds a limit; `note` is told where there are no limits. */
  readonly level: 'error' | 'note';
  /** One line. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  readonly limit: CheckedLimit | null;
  readonly actual: number | string | null;
  /** The layer that brings it, or most of it. */
  readonly layer: number | null;
  /** What made the layer; null where the history does not say. */
  readonly instruction: string | null;
  /** Line of the Dockerfile; null where the build is not known. */
  readonly line: number | null;
  /** Files it is about, the largest ones where there are many. */
  readonly paths: readonly ReportPath[];
}
