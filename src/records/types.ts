/**
 * What a build did, as it is kept beside the store: enough to say later why a step ran, what it cost, and which step made
 * a layer. Values of build secrets are no part of it; values of variables whose names sound secret are kept as digests.
 */

/** Rises when an older lamina could not read what a newer one writes, or the other way round. */
export const RECORD_VERSION = 1;

/** `cached`: found in the cache; `ran`: carried out; `skipped`: never reached, since the build ended before it. */
export type StepStatus = 'cached' | 'ran' | 'skipped';

/** How a build ended. */
export type BuildOutcome = 'succeeded' | 'failed' | 'cancelled';

/** One build: what it was given, what each step did, and what it made. */
export interface BuildRecord {
  readonly version: typeof RECORD_VERSION;
  /** Ids sort by the time at which the builds began. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly started: number;
  readonly milliseconds: number;
  readonly outcome: BuildOutcome;
  /** The code of what made it fail. */
  readonly error: string | null;
  /** Which Dockerfile: its path, or what stands for it. Builds of one Dockerfile and target are compared. */
  readonly dockerfile: string;
  /** The Dockerfile, with secrets masked; null where it was too long to be kept. */
  readonly dockerfileText: string | null;
  /** The build context as it was given, without credentials. */
  readonly context: string;
  readonly target: string;
  readonly platforms: readonly string[];
  readonly names: readonly string[];
  /** Text of the ignore file of the build context; null: there is none. */
  readonly ignore: string | null;
  /** Its name. */
  readonly ignoreFile?: string;
  /** Caches that were asked, as they were given. */
  readonly cacheFrom: readonly string[];
  /** What they answered, in the same order. */
  readonly cacheAnswers?: readonly RecordedAnswer[];
  /** Inputs before their users; within a stage in the order of the Dockerfile. */
  readonly steps: readonly RecordedStep[];
  /** Sets of variables that steps refer to by their index. */
  readonly variables: readonly (readonly RecordedVariable[])[];
  /** Of the stages that the target needed. */
  readonly beginnings?: readonly RecordedBeginning[];
  /** Names of the stages that the target did not need. */
  readonly unneeded?: readonly string[];
  readonly stages: readonly RecordedStage[];
  readonly images: readonly RecordedImage[];
  /** What displays showed beside the steps: loading the context, exporting. */
  readonly work: readonly RecordedWork[];
}

/** One step of a build, with what its cache key was made of. */
export interface RecordedStep {
  /** `[build 2/5] RUN go build`. */
  readonly name: string;
  readonly kind: 'image' | 'context' | 'http' | 'git' | 'copy' | 'mkdir' | 'exec';
  readonly stage: string | null;
  /** 1-based, in the Dockerfile. */
  readonly line: number | null;
  /** As written, on one line. */
  readonly instruction: string | null;
  readonly status: StepStatus;
  readonly failed?: true;
  /** From the beginning of the build to that of the step, in milliseconds; null for a step that did not run. */
  readonly began: number | null;
  readonly milliseconds: number;
  /** Of file content in the step's own layer. */
  readonly bytes: number;
  /** Of the step's own layer in the store. */
  readonly layer: string | null;
  /** Indexes of the steps it works on, the file system it stands on first; null: the empty file system. */
  readonly inputs: readonly (number | null)[];
  readonly platform: string | null;
  /** The cache was not asked, and the flag that said so. */
  readonly forced: string | null;
  readonly key: string | null;
  readonly outputKey: string | null;
  /** What was asked for beside the words of the instruction: user, working directory, mounts, flags of the build. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Index in the record's sets of variables. */
  readonly variables: number | null;
  /** Digests of the files that it took of inputs, or fetched. */
  readonly content: readonly RecordedContent[];
  /** Indexes of the caches that have a result of the same instruction with another key. */
  readonly heldBy?: readonly number[];
}

/** Whether an instruction is a step: not what lamina does for itself, and not the download of an ADD. */
export function isInDockerfile({ kind, instruction }: RecordedStep): boolean {
  return instruction !== null && kind !== 'http' && kind !== 'git';
}

/** What a cache of `--cache-from` answered. */
export interface RecordedAnswer {
  /** `read`: it had results; `unasked`: no step needed it; `lost`: a layer that it promised was gone. */
  readonly answer: 'read' | 'empty' | 'unreadable' | 'unasked' | 'lost';
  /** How many results it had; null if it was not read. */
  readonly results: number | null;
  /** Why it could not be used. */
  readonly reason: string | null;
}

/** Files that a step used, known by a digest over all of them. */
export interface RecordedContent {
  /** Index in the step's inputs; null: what the step itself fetched. */
  readonly input: number | null;
  readonly use: 'source' | 'mount' | 'fetched';
  /** A path or URL for people. */
  readonly what: string;
  readonly digest: string;
}

/** A variable that a step saw. */
export interface RecordedVariable {
  readonly name: string;
  /** Null where it may be secret. */
  readonly value: string | null;
  /** Tells values apart that are not kept; too short to try values against. */
  readonly digest: string;
  readonly kind: 'arg' | 'env' | 'base';
  /** Names of the variables that its value was made of. */
  readonly uses?: readonly string[];
  /** It was set in a stage that the step's is based on. */
  readonly isInherited?: true;
}

/** Where a stage begins, below its own steps and those of the stages that it is based on. */
export interface RecordedBeginning {
  readonly stage: string;
  /** Of its processes. */
  readonly platform: string;
  /** What its FROM names: a stage, an image, a named context, or `scratch`. */
  readonly name: string;
  /** Index of the step; null: the empty file system. */
  readonly step: number | null;
  /** Index in the record's sets of variables: those in its FROM, and in those of the stages that it is based on; null: none. */
  readonly variables: number | null;
}

/** A stage of the Dockerfile that the build needed. */
export interface RecordedStage {
  readonly name: string;
  /** Of files visible in the stage's last file system, its base included; null: unknown. */
  readonly bytes: number | null;
  readonly isTarget: boolean;
  /** Ids of its layers in the store, bottom first, its base's included. */
  readonly layers?: readonly string[];
  /** In a build for several platforms, where `name` begins with one: the stage's own name, and the platforms of the images that need it. */
  readonly usedBy?: { readonly stage: string; readonly platforms: readonly string[] };
}

/** An image that the build made, for one platform. */
export interface RecordedImage {
  readonly id: string;
  readonly platform: string;
  /** Bottom first, with the step that made each; null: a layer of the base image. */
  readonly layers: readonly { readonly diffId: string; readonly step: number | null }[];
}

/** Work of a build outside its steps. Times are milliseconds; `began` counts from the start of the build. */
export interface RecordedWork {
  readonly name: string;
  readonly began: number;
  readonly milliseconds: number;
}
