/** COPY, ADD and WORKDIR. */
import { posix } from 'node:path';
import type {
  AddInstruction,
  CopyInstruction,
  InlineFile,
  WorkdirInstruction,
} from '../dockerfile/index.ts';
import { expandHeredoc } from '../dockerfile/index.ts';
import { AppError } from '../errors.ts';
import type { CopyOp, SCRATCH, VertexId } from '../graph/index.ts';
import { displayText, expand, expandOptional, expansionIn } from './expansion.ts';
import { copyText } from './history-text.ts';
import type { StagePlan } from './planner.ts';
import { configure, remember, type StageState, workingDirectory } from './stage-state.ts';

export async function applyCopy(
  state: StageState,
  instruction: CopyInstruction,
  plan: StagePlan,
): Promise<StageState> {
  const { from } = instruction;
  const origin = from === undefined ? undefined : await plan.rootOf(from);
  return copyInto(state, instruction, {
    plan,
    origin,
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
  const remote = instruction.sources.find(({ text }) => isRemote(text));
  if (remote !== undefined) {
    throw new AppError(
      'PLAN_NOT_YET',
      `ADD of '${remote.text}': remote sources are not supported yet`,
      {
        location: plan.options.tree.source.location(remote.range),
        hint: 'fetch it in a RUN, for example with curl, in a stage of its own',
      },
    );
  }
  return copyInto(state, instruction, {
    plan,
    origin: undefined,
    keyword: 'ADD',
    parents: false,
    unpack: instruction.unpack ?? true,
  });
}

interface CopyVariant {
  readonly plan: StagePlan;
  /** The file system copied from; undefined: the build context. */
  readonly origin: VertexId | typeof SCRATCH | undefined;
  readonly keyword: 'COPY' | 'ADD';
  readonly parents: boolean;
  readonly unpack: boolean;
}

function copyInto(
  state: StageState,
  instruction: CopyInstruction | AddInstruction,
  variant: CopyVariant,
): StageState {
  const { plan, origin, keyword, parents, unpack } = variant;
  const { options } = plan;
  const paths = instruction.sources.map((word) => expand(word, state, options));
  const inline = instruction.files.map((file) => inlineFile(file, state, plan));
  const written = expand(instruction.destination, state, options);
  const owner = expandOptional(instruction.chown, state, options);
  const mode = expandOptional(instruction.chmod, state, options);
  const fromFiles = paths.length > 0;
  const op: CopyOp = {
    kind: 'copy',
    source: {
      input: fromFiles ? 1 : -1,
      paths,
      inline: inline.length === 0 ? undefined : inline,
    },
    destination: destinationOf(written, state),
    owner: owner === '' ? undefined : owner,
    mode: mode === '' ? undefined : mode,
    exclude: instruction.exclude.map((word) => word.text),
    parents,
    unpack,
    resetOwner: origin === undefined,
    link: instruction.link,
  };
  const inputs = fromFiles ? [state.root, origin ?? plan.addContext()] : [state.root];
  const text = displayText(instruction.text, state, options);
  const words = paths.flatMap((path, index) => {
    const word = instruction.sources[index];
    return word === undefined ? [] : [[path, word] as const];
  });
  const root = plan.addStep(op, inputs, { instruction, text, words });
  const history = copyText({
    keyword,
    parents,
    owner: op.owner,
    mode: op.mode,
    sources: paths,
    inline: inline.map(({ name }) => name),
    destination: written,
  });
  return remember({ ...state, root }, { text: history, layer: true });
}

function inlineFile(file: InlineFile, state: StageState, { options }: StagePlan) {
  const { name, content, expand: expanded } = file;
  if (!expanded) return { name, content };
  return { name, content: expandHeredoc(content, expansionIn(state, options)).text };
}

/** Absolute; a slash at the end, which says that it is a directory, stays. */
function destinationOf(written: string, state: StageState): string {
  const absolute = posix.resolve(workingDirectory(state), written);
  const isDirectory = /(^|\/)\.{0,2}$/.test(written);
  return isDirectory && !absolute.endsWith('/') ? `${absolute}/` : absolute;
}

function isRemote(source: string): boolean {
  return /^(https?|git|ssh):\/\//.test(source) || source.startsWith('git@');
}

export function applyWorkdir(
  state: StageState,
  instruction: WorkdirInstruction,
  plan: StagePlan,
): StageState {
  const { options } = plan;
  const value = expand(instruction.value, state, options);
  // BuildKit keeps the text of an absolute path as it is, and cleans the others.
  const written = value.startsWith('/') ? value : posix.join(workingDirectory(state), value);
  const path = posix.resolve('/', written);
  const named = configure({ ...state, hasWorkdir: true }, { WorkingDir: written });
  if (path === '/') return remember(named, { text: `WORKDIR ${written}`, layer: false });
  const owner = state.config.User === '' ? undefined : state.config.User;
  const text = displayText(instruction.text, state, options);
  const op = { kind: 'mkdir', path, owner } as const;
  const root = plan.addStep(op, [state.root], { instruction, text });
  return remember({ ...named, root }, { text: `WORKDIR ${written}`, layer: true });
}
