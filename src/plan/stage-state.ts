/**
 * The state of a stage during planning: the current file system and image config, and the variables that later
 * instructions see. Every instruction gives a new state.
 */
import { posix } from 'node:path';
import type { SourceLocation } from '../errors.ts';
import type { VertexId } from '../graph/index.ts';
import { SCRATCH } from '../graph/index.ts';
import type { ContainerConfig, Platform } from '../oci/index.ts';
import type { DeclaredArgument } from './arguments.ts';
import { Grown } from './grown.ts';
import { EXPORTER_COMMENT, HISTORY_COMMENT } from './history-text.ts';
import type { BaseImage, PlannedHistory } from './plan.ts';
import type { StageBeginning } from './stage-beginning.ts';
import type { StepVariable, VariableSetting } from './variable-settings.ts';
import { ConfigEnv, DEFAULT_PATH, nameOf, Variables } from './variables.ts';
import { configPath, plannedPath } from './windows-paths.ts';

export interface StageState {
  readonly root: VertexId | typeof SCRATCH;
  readonly platform: Platform;
  /** Without the members in `added`: see `configOf`. */
  readonly config: ContainerConfig;
  /** Additions of instructions to the maps of the config, which would take long to copy for each of thousands. */
  readonly added: Grown<ConfigEntry>;
  readonly author: string | undefined;
  readonly history: Grown<PlannedHistory>;
  readonly base: BaseImage | undefined;
  readonly beginning: StageBeginning | undefined;
  /** The environment of RUN and expansion: the image's ENV and declared ARGs, the later setting wins. */
  readonly environment: Variables;
  /** ARGs declared so far, here and in the stages that this one is based on. */
  readonly args: Grown<DeclaredArgument>;
  /** The settings of the variables, in order. */
  readonly settings: Grown<VariableSetting>;
  /** How many of them come from the stages that this one is based on, or from triggers. */
  readonly inheritedSettings: number;
  /** CMD was set in this stage, so ENTRYPOINT keeps it. */
  readonly hasOwnCmd: boolean;
  /** WORKDIR was set in this file. */
  readonly hasWorkdir: boolean;
  /** Location of the USER in effect; undefined: it comes from the base image. */
  readonly userAt: SourceLocation | undefined;
  /** Its words, before expansion. */
  readonly userText: string;
}

/** One entry of a map in the config, or of the list of variables. */
export type ConfigEntry =
  | { readonly map: 'Labels' | 'Env'; readonly key: string; readonly value: string }
  | { readonly map: 'ExposedPorts' | 'Volumes'; readonly key: string };

/** The state of `FROM scratch`. */
export function scratchState(platform: Platform): StageState {
  const env = withPath([], platform);
  return {
    root: SCRATCH,
    platform,
    config: { ...(env.length > 0 && { Env: env }), WorkingDir: '/' },
    added: Grown.of(),
    author: undefined,
    history: Grown.of(),
    base: undefined,
    beginning: undefined,
    environment: Variables.none().setAll(env),
    args: Grown.of(),
    settings: Grown.of(),
    inheritedSettings: 0,
    hasOwnCmd: false,
    hasWorkdir: false,
    userAt: undefined,
    userText: '',
  };
}

/** Every image has a PATH for its programs, except for Windows, which has its own. */
function withPath(env: readonly string[], { os }: Platform): readonly string[] {
  const hasPath = env.some((variable) => nameOf(variable) === 'PATH');
  return os === 'windows' || hasPath ? env : [...env, `PATH=${DEFAULT_PATH}`];
}

/** The state of a stage that begins with the files of a named context, which are its one layer. */
export function contextState(root: VertexId, platform: Platform): StageState {
  const entry = { createdBy: 'COPY / /', comment: EXPORTER_COMMENT, emptyLayer: false };
  return { ...scratchState(platform), root, history: Grown.of(entry) };
}

/** The state of a stage that begins with an image, whose file system is vertex `root`. */
export function imageState(base: BaseImage, root: VertexId, platform: Platform): StageState {
  const inherited = base.config.config ?? {};
  const env = withPath(inherited.Env ?? [], platform);
  return {
    ...scratchState(platform),
    root,
    base,
    author: base.config.author,
    environment: Variables.none().setAll(env),
    config: {
      ...inherited,
      ...(inherited.WorkingDir !== undefined && {
        WorkingDir: plannedPath(inherited.WorkingDir, platform),
      }),
      ...(env.length > 0 && { Env: env }),
      OnBuild: undefined,
    },
  };
}

/** The state of a stage based on another stage of the file: ENV of its image takes precedence over ARG values. */
export function childState(parent: StageState): StageState {
  const { config } = parent;
  return {
    ...parent,
    environment: parent.environment.setAll(configOf(parent).Env ?? []),
    config: { ...config, OnBuild: undefined },
    hasOwnCmd: false,
  };
}

/** The state after FROM: what it names, and with which variables. */
export function begunWith(
  state: StageState,
  name: string,
  variables: readonly StepVariable[],
): StageState {
  const { root = state.root, variables: earlier = Grown.of<StepVariable>() } =
    state.beginning ?? {};
  const beginning = { root, name, variables: earlier.plus(variables) };
  return { ...state, beginning, inheritedSettings: state.settings.length };
}

/** Changes the config; undefined members are removed. */
export function configure(state: StageState, change: Partial<ContainerConfig>): StageState {
  return { ...state, config: { ...state.config, ...change } };
}

/** Adds to maps of the config. */
export function extendConfig(state: StageState, entries: readonly ConfigEntry[]): StageState {
  return { ...state, added: state.added.plus(entries) };
}

/** The config with all additions. */
export function configOf({ config, added, platform }: StageState): ContainerConfig {
  const labels = { ...config.Labels };
  const maps = { ExposedPorts: { ...config.ExposedPorts }, Volumes: { ...config.Volumes } };
  const env = new ConfigEnv(config.Env ?? []);
  const touched = new Set<ConfigEntry['map']>();
  for (const entry of added.toArray()) {
    touched.add(entry.map);
    if (entry.map === 'Labels') labels[entry.key] = entry.value;
    else if (entry.map === 'Env') env.set(entry.key, entry.value);
    else maps[entry.map][entry.key] = {};
  }
  return {
    ...config,
    ...(config.WorkingDir !== undefined && { WorkingDir: configPath(config.WorkingDir, platform) }),
    ...(touched.has('Env') && { Env: env.variables }),
    ...(touched.has('Labels') && { Labels: labels }),
    ...(touched.has('ExposedPorts') && { ExposedPorts: maps.ExposedPorts }),
    ...(touched.has('Volumes') && { Volumes: maps.Volumes }),
  };
}

export interface Remark {
  readonly text: string;
  /** The instruction's layer, if it makes one. */
  readonly layer: boolean;
}

/** Adds a history entry. */
export function remember(state: StageState, { text, layer }: Remark): StageState {
  const entry: PlannedHistory = {
    createdBy: text,
    comment: HISTORY_COMMENT,
    emptyLayer: !layer,
  };
  return { ...state, history: state.history.plus([entry]) };
}

/** The directory for relative paths: clean, while the config has the text of WORKDIR. */
export function workingDirectory(state: StageState): string {
  return posix.resolve('/', state.config.WorkingDir ?? '');
}
