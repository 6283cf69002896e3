/** COPY, ADD and WORKDIR. */
import { posix } from 'node:path';
import type {
  AddInstruction,
  CopyInstruction,
  InlineFile,
  WorkdirInstruction,
} from '../dockerfile/index.ts';
import { expandHeredoc } from '../dockerfile/index.ts';
import type { CopyOp, InlineSource, SCRATCH, VertexId } from '../graph/index.ts';
import { redactUrls } from '../http/index.ts';
import { displayText, expand, expandOptional, expansionIn } from './expansion.ts';
import { copyText } from './history-text.ts';
import { locationsIn, locationsOfCopy, locationsOfSource } from './locations.ts';
import { type RemoteText, refuseChecksum, remoteSource } from './remote-sources.ts';
import type { StagePlan, StepText } from './stage-plan.ts';
import { configure, remember, type StageState, workingDirectory } from './stage-state.ts';
import { variablesIn } from './step-variables.ts';
import { plannedPath } from './windows-paths.ts';

export async function applyCopy(
  state: StageState,
  instruction: CopyInstruction,
  plan: StagePlan,
): Promise<StageState> {
  const { from } = instruction;
  const fromRoot = from === undefined ? undefined : await plan.rootOf(from);
  return copyInto(state, instruction, {
    plan,
    fromRoot,
    keyword: 'COPY',
    parents: instruction.parents,
    unpack: false,
  });
}

export function applyAdd(
  state: StageState,
  instruction: AddInstruction,
  plan: StagePlan,
): StageState {
  return copyInto(state, instruction, {
    plan,
    fromRoot: undefined,
    keyword: 'ADD',
    parents: false,
    unpack: instruction.unpack ?? true,
  });
}

interface CopyVariant {
  readonly plan: StagePlan;
  /** The file system copied from; undefined: the build context. */
  readonly fromRoot: VertexId | typeof SCRATCH | undefined;
  readonly keyword: 'COPY' | 'ADD';
  readonly parents: boolean;
  readonly unpack: boolean;
}

function copyInto(
  state: StageState,
  instruction: CopyInstruction | AddInstruction,
  variant: CopyVariant,
): StageState {
  const { plan, keyword, parents } = variant;
  const { options } = plan;
  const sources = instruction.sources.map((word) => ({ word, text: expand(word, state, options) }));
  const inline = instruction.files.map((file) => inlineFile(file, state, plan));
  const written = expand(instruction.destination, state, options);
  const owner = expandOptional(instruction.chown, state, options);
  const mode = expandOptional(instruction.chmod, state, options);
  const text = redactUrls(displayText(instruction.text, state, options));
  const step: StepText = {
    instruction,
    text,
    locations: locationsOfCopy(instruction),
    variables: () =>
      variablesIn(
        [instruction.text, ...instruction.files.map((file) => file.content)].join('\n'),
        state,
      ),
  };
  const roots = sourceRoots(state, instruction, { variant, sources, step });
  const op: CopyOp = {
    kind: 'copy',
    // As in BuildKit the here-documents come last, in any order of the text.
    sources: [
      ...roots.map(({ root, paths, unpacks }, index) => {
        const isLocal = plan.isLocal(root);
        return { kind: 'tree', input: index + 1, paths, unpack: unpacks, isLocal } as const;
      }),
      ...inline,
    ],
    destination: destinationOf(
      plannedPath(
        written,
        state.platform,
        options.tree.source.location(instruction.destination.range),
      ),
      state,
    ),
    owner: owner === '' ? undefined : owner,
    mode: mode === '' ? undefined : mode,
    exclude: instruction.exclude.map((word) => word.text),
    parents,
    link: instruction.link,
  };
  const inputs = [state.root, ...roots.map(({ root }) => root)];
  const root = plan.addStep(op, inputs, step);
  const history = copyText({
    keyword,
    parents,
    owner: op.owner,
    mode: op.mode,
    sources: sources.map(({ text: path }) => redactUrls(path)),
    inline: inline.map(({ name }) => name),
    destination: written,
  });
  return remember({ ...state, root }, { text: history, layer: true });
}

interface SourceRoot {
  readonly root: VertexId | typeof SCRATCH;
  readonly paths: readonly string[];
  readonly unpacks: boolean;
}

interface SourceList {
  readonly variant: CopyVariant;
  readonly sources: readonly RemoteText[];
  readonly step: StepText;
}

/** The roots of the sources, in order; neighbours with the same root are together. */
function sourceRoots(
  state: StageState,
  instruction: CopyInstruction | AddInstruction,
  { variant, sources, step }: SourceList,
): readonly SourceRoot[] {
  const { plan, fromRoot, unpack } = variant;
  const roots: { root: SourceRoot['root']; paths: string[]; unpacks: boolean }[] = [];
  if (instruction.kind === 'add') refuseChecksum(state, instruction, { plan, sources });
  for (const [index, source] of sources.entries()) {
    const remote =
      instruction.kind === 'add' ? remoteSource(state, instruction, { plan, source }) : undefined;
    if (remote === undefined) {
      const last = roots.at(-1);
      const root = fromRoot ?? plan.addContext();
      if (last?.root === root) last.paths.push(source.text);
      else roots.push({ root, paths: [source.text], unpacks: unpack });
    } else {
      const root = plan.addSource(remote.op, {
        ...step,
        text: redactUrls(source.text),
        locations: locationsOfSource(step.locations, index),
      });
      roots.push({ root, paths: [remote.path], unpacks: remote.unpacks });
    }
  }
  return roots;
}

function inlineFile(file: InlineFile, state: StageState, { options }: StagePlan): InlineSource {
  const { name, content, expand: expanded } = file;
  const text = expanded ? expandHeredoc(content, expansionIn(state, options)).text : content;
  return { kind: 'inline', name, content: text };
}

/** Absolute; a slash at the end, which means a directory, stays. */
function destinationOf(written: string, state: StageState): string {
  const absolute = posix.resolve(workingDirectory(state), written);
  const isDirectory = /^\.?$|\/\.?$/.test(written);
  return isDirectory && !absolute.endsWith('/') ? `${absolute}/` : absolute;
}

/**
 * BuildKit keeps the text of an absolute path, and cleans others, including Windows paths; empty text is the old one.
 */
function workdirText(value: string, state: StageState): string {
  if (state.platform.os === 'windows') return posix.resolve(workingDirectory(state), value);
  const text = value === '' ? (state.config.WorkingDir ?? '') : value;
  return text.startsWith('/') ? text : posix.resolve(workingDirectory(state), value);
}

export function applyWorkdir(
  state: StageState,
  instruction: WorkdirInstruction,
  plan: StagePlan,
): StageState {
  const { options } = plan;
  const location = options.tree.source.location(instruction.value.range);
  const value = plannedPath(expand(instruction.value, state, options), state.platform, location);
  const written = workdirText(value, state);
  const path = posix.resolve('/', written);
  const named = configure({ ...state, hasWorkdir: true }, { WorkingDir: written });
  if (path === '/') return remember(named, { text: `WORKDIR ${written}`, layer: false });
  const owner = state.config.User === '' ? undefined : state.config.User;
  const text = displayText(instruction.text, state, options);
  const op = { kind: 'mkdir', path, owner } as const;
  const locations = {
    ...locationsIn(instruction.location, [['workdir', instruction.value]]),
    ...(state.userAt && { user: state.userAt }),
  };
  // The directory belongs to the USER.
  const variables = () => variablesIn(`${instruction.text} ${state.userText}`, state);
  const root = plan.addStep(op, [state.root], { instruction, text, locations, variables });
  return remember({ ...named, root }, { text: `WORKDIR ${written}`, layer: true });
}
