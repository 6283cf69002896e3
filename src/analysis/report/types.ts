/** What a report says of an image. Sizes are bytes; layers count from 0 at the bottom; paths have no slash in front. */
import type { Cost, PullTime } from '../cost/index.ts';
import type { LeftoverKind } from '../leftovers/index.ts';
import type { HiddenReason } from '../model/index.ts';
import type { PackageType } from '../packages/index.ts';
import type { SecretKind } from '../secrets/index.ts';

/** A path in which bytes that are no UTF-8 are written `\xNN`. */
export type ReportPath = string;

/** What an image holds, layer by layer, and what could be left out of it. */
export interface ImageReport {
  readonly image: ReportedImage;
  readonly size: ReportedSize;
  readonly layers: readonly ReportedLayer[];
  readonly reclaimable: {
    readonly bytes: number;
    readonly files: readonly ReportedReclaimable[];
  };
  readonly duplicates: {
    readonly bytes: number;
    readonly groups: readonly { readonly bytes: number; readonly paths: readonly ReportPath[] }[];
  };
  readonly dive: ReportedDive;
  readonly leftovers: readonly ReportedLeftovers[];
  readonly packages: readonly ReportedPackage[];
  readonly secrets: readonly ReportedSecret[];
  /** Who the image runs as, and what in it helps an attacker. */
  readonly security: ReportedSecurity;
  /** The stages of the build, where it is known. */
  readonly stages: readonly ReportedStage[];
  /** What a Dockerfile with a single stage would have shipped; null where that is not known. */
  readonly singleStage: ReportedSingleStage | null;
  /** What the linter says of the Dockerfile, as the build read it; empty where its text is not on record. */
  readonly findings: readonly ReportedFinding[];
  /** What the image adds to the one it is based on; null where no base is known. */
  readonly base: ReportedBase | null;
  /** How long a machine that has nothing of the image takes to get it, slowest network first. */
  readonly pull: readonly PullTime[];
  /** What the image costs in a month, with the assumptions behind it. */
  readonly cost: Cost;
  /** What became of another image; null where the report is against none. */
  readonly against: ReportedDifference | null;
  readonly largest: {
    readonly files: readonly ReportedFile[];
    /** With all that is below them. */
    readonly directories: readonly ReportedFile[];
  };
  /** Layers that could not be read: what is in them is in no other figure. */
  readonly problems: readonly ReportedProblem[];
}

/** The image of a report. */
/** A stage of the build. */
export interface ReportedStage {
  readonly name: string;
  /** What an image of the stage would ship: bytes of the files of all of its layers, those of its base among them. */
  readonly bytes: number;
  /** How many times smaller the image is: `bytes` by the image's `size.unpacked`. */
  readonly factor: number;
}

/** All stages of a build joined into one. */
export interface ReportedSingleStage {
  /** Bytes of files: of the layers of all stages, without copies from one to another. */
  readonly bytes: number;
  /** How many times smaller the image is. */
  readonly factor: number;
}

/** What an image adds to the one it is based on. */
export interface ReportedBase {
  /** As it was asked for, or as the image's annotations name it. */
  readonly name: string;
  /** Of the base's manifest; null where it is not known. */
  readonly digest: string | null;
  /** Lowest layers that come from the base. */
  readonly layers: number;
  /** Bytes of the layers above it: what this image alone takes. */
  readonly unique: {
    readonly unpacked: number;
    /** Null where a layer has no compressed form. */
    readonly compressed: number | null;
  };
}

/** Numbers are what was added; negative where something went. */
export interface ReportedDifference {
  /** The other image. */
  readonly image: ReportedImage;
  readonly size: ReportedSize;
  readonly reclaimable: number;
  readonly duplicates: number;
  readonly layers: {
    /** Layers of the image that the other one has too. */
    readonly shared: number;
    /** Indexes of the others: what a machine that has the other image still pulls. */
    readonly added: readonly number[];
    readonly unpacked: number;
    /** Null where a layer has no compressed form. */
    readonly compressed: number | null;
  };
  readonly leftovers: readonly { readonly kind: LeftoverKind; readonly bytes: number }[];
  /** Largest change first. */
  readonly packages: readonly ReportedPackageChange[];
  readonly newSecrets: readonly ReportedSecret[];
  /** Layers of the other image that could not be read: the numbers are wrong by what is in them. */
  readonly problems: readonly ReportedProblem[];
}

/** A finding of the linter. */
export interface ReportedFinding {
  /** That of the rule, such as `DL3009`. */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info' | 'style';
  /** Of the Dockerfile, from 1. */
  readonly line: number;
  /** What the instruction on the line made; null: no layer of the image. */
  readonly layer: number | null;
  readonly what: string;
  /** What to do; empty if that is obvious. */
  readonly hint: string;
  /** Bytes that the change would save, measured in the last build or estimated; null where that is not known. */
  readonly bytes: number | null;
}

/** A package that came, went, or changed. */
export interface ReportedPackageChange {
  readonly type: PackageType;
  readonly name: string;
  /** Versions, separated by commas; null where it was not there. */
  readonly before: string | null;
  /** Null where it is gone. */
  readonly after: string | null;
  readonly bytes: number;
}

/** Which image a report is on. */
export interface ReportedImage {
  /** Digest of the image config. */
  readonly id: string;
  readonly names: readonly string[];
  /** `linux/amd64`. */
  readonly platform: string;
  /** RFC 3339; null where the config does not say. */
  readonly created: string | null;
  /** As in the config; `''` is root. */
  readonly user: string;
}

/** Sizes of an image, in bytes. */
export interface ReportedSize {
  /** What the layers ship: apparent sizes of regular files, a group of hard links once a layer. */
  readonly unpacked: number;
  /** What the final file system shows. */
  readonly visible: number;
  /** The layers' blobs with config and manifest; null where a layer has no compressed form. */
  readonly compressed: number | null;
  /** Regular files of the final file system. */
  readonly files: number;
}

/** A layer, and what it brings. */
export interface ReportedLayer {
  readonly index: number;
  readonly diffId: string;
  /** Of its blob. */
  readonly digest: string;
  /** Null where the history does not say. */
  readonly instruction: string | null;
  /** Null where the build is not known. */
  readonly stage: string | null;
  /** Line of the Dockerfile; null where the build is not known. */
  readonly line: number | null;
  readonly unpacked: number;
  /** Null where it has no compressed form. */
  readonly compressed: number | null;
  /** Bytes it ships that are not visible in the end. */
  readonly reclaimable: number;
  /** Regular files it ships. */
  readonly files: number;
}

/** Bytes of a layer that no container sees. */
export interface ReportedReclaimable {
  readonly path: ReportPath;
  readonly bytes: number;
  /** The layer that ships it. */
  readonly layer: number;
  /** The layer that hides it. */
  readonly hiddenBy: number;
  readonly reason: HiddenReason;
}

/** By dive's algorithm: ratios are from 0 to 1. */
export interface ReportedDive {
  readonly efficiency: number;
  readonly wastedBytes: number;
  /** Null where there is only one layer. */
  readonly userWastedPercent: number | null;
}

/** Files that an image hardly needs. */
export interface ReportedLeftovers {
  readonly kind: LeftoverKind;
  readonly bytes: number;
  /** Directories that can go as a whole, and single files. */
  readonly paths: readonly ReportPath[];
}

/** A package of an image. */
export interface ReportedPackage {
  readonly type: PackageType;
  readonly name: string;
  readonly version: string;
  /** Of its visible files. */
  readonly bytes: number;
  readonly layer: number;
}

/** Where a secret is; never the secret. What does not apply is null. */
export interface ReportedSecret {
  readonly kind: SecretKind;
  readonly layer: number | null;
  readonly path: ReportPath | null;
  /** Name of the variable, or of the variable, argument or option in a command or in the history. */
  readonly env: string | null;
  /** Name of the label. */
  readonly label: string | null;
  /** Member of the config, such as `Cmd` or `Healthcheck`. */
  readonly member: string | null;
  /** Position in the config's history, from 0. */
  readonly history: number | null;
  /** Line of the Dockerfile, where the build is known. */
  readonly line: number | null;
  /** Whether whoever pulls the image gets it. */
  readonly shipped: boolean;
  /** Of a file: whether the final file system shows it. */
  readonly visible: boolean | null;
}

/** What of an image concerns security. */
export interface ReportedSecurity {
  readonly runsAsRoot: boolean;
  /** Shells of the final file system. */
  readonly shells: readonly ReportPath[];
  /** Package managers of the final file system. */
  readonly packageManagers: readonly ReportPath[];
  /** Files that run with the rights of their owner or group. */
  readonly setuid: readonly ReportPath[];
}

/** A file of an image. */
export interface ReportedFile {
  readonly path: ReportPath;
  readonly bytes: number;
  /** The layer of the visible version; null for a directory. */
  readonly layer: number | null;
}

/** Something that could not be read. */
export interface ReportedProblem {
  readonly layer: number;
  readonly code: string;
  readonly message: string;
}
