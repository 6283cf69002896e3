/**
 * A stage while it is being planned: the file system so far, the image config so far, and what later
 * instructions see. Every instruction gives a new state.
 */
import { posix } from 'node:path';
import type { VertexId } from '../graph/index.ts';
import { SCRATCH } from '../graph/index.ts';
import type { ContainerConfig, Platform } from '../oci/index.ts';
import type { DeclaredArgument } from './arguments.ts';
import { appendAll, assign, DEFAULT_PATH, type Environment, lookup } from './environment.ts';
import { EXPORTER_COMMENT, HISTORY_COMMENT } from './history-text.ts';
import type { BaseImage, PlannedHistory } from './plan.ts';

export interface StageState {
  readonly root: VertexId | typeof SCRATCH;
  readonly platform: Platform;
  readonly config: ContainerConfig;
  readonly author: string | undefined;
  readonly history: readonly PlannedHistory[];
  readonly base: BaseImage | undefined;
  /** What RUN gets and words are expanded with: the image's ENV and declared ARGs, the later setting wins. */
  readonly environment: Environment;
  /** ARGs declared so far, here and in the stages this one is made from. */
  readonly args: readonly DeclaredArgument[];
  /** CMD was set in this stage, so ENTRYPOINT leaves it. */
  readonly hasOwnCmd: boolean;
  /** WORKDIR was set in this file. */
  readonly hasWorkdir: boolean;
}

/** The state of `FROM scratch`. */
export function scratchState(platform: Platform): StageState {
  const environment = [`PATH=${DEFAULT_PATH}`];
  return {
    root: SCRATCH,
    platform,
    config: { Env: environment, WorkingDir: '/' },
    author: undefined,
    history: [],
    base: undefined,
    environment,
    args: [],
    hasOwnCmd: false,
    hasWorkdir: false,
  };
}

/** The state of a stage that begins with the files of a named context, which are its one layer. */
export function contextState(root: VertexId, platform: Platform): StageState {
  const history = [{ createdBy: 'COPY / /', comment: EXPORTER_COMMENT, emptyLayer: false }];
  return { ...scratchState(platform), root, history };
}

/** The state of a stage that begins with an image, whose file system is vertex `root`. */
export function imageState(base: BaseImage, root: VertexId, platform: Platform): StageState {
  const inherited = base.config.config ?? {};
  const env = inherited.Env ?? [];
  const withPath = lookup(env, 'PATH') === undefined ? assign(env, 'PATH', DEFAULT_PATH) : env;
  return {
    ...scratchState(platform),
    root,
    base,
    author: base.config.author,
    environment: appendAll([], withPath),
    config: {
      ...inherited,
      Env: withPath,
      OnBuild: undefined,
    },
  };
}

/** The state of a stage made from another stage of the file: what its image sets goes before what an ARG had set. */
export function childState(parent: StageState): StageState {
  const { config } = parent;
  return {
    ...parent,
    environment: appendAll(parent.environment, config.Env ?? []),
    config: { ...config, OnBuild: undefined },
    hasOwnCmd: false,
  };
}

/** Changes the config; undefined members are removed. */
export function configure(state: StageState, change: Partial<ContainerConfig>): StageState {
  return { ...state, config: { ...state.config, ...change } };
}

export interface Remark {
  readonly text: string;
  /** The instruction's layer, when it makes one. */
  readonly layer: boolean;
}

/** Adds a history entry. */
export function remember(state: StageState, { text, layer }: Remark): StageState {
  const entry: PlannedHistory = {
    createdBy: text,
    comment: HISTORY_COMMENT,
    emptyLayer: !layer,
  };
  return { ...state, history: [...state.history, entry] };
}

/** The directory that relative paths start from: clean, where the config has the text of WORKDIR. */
export function workingDirectory(state: StageState): string {
  return posix.resolve('/', state.config.WorkingDir ?? '');
}
