/** Why a COPY or ADD did not find its source: a forgotten --from, another place in the stage, a comment taken for paths. */
import type { AddInstruction, CopyInstruction, Instruction, Word } from '../../dockerfile/index.ts';
import { AppError } from '../../errors.ts';
import { type FileTree, toBytes } from '../../files/index.ts';
import type { PlannedStage } from '../../plan/index.ts';
import type { Scheduler } from '../../solver/index.ts';
import type { LayerId } from '../../store/index.ts';
import { noContext } from '../contexts/no-context.ts';
import type { BuildSession } from '../session/session.ts';
import { instructionAt } from './place-fault.ts';
import { sameName } from './same-name.ts';

export interface MissingSourceFacts {
  readonly instructions: readonly Instruction[];
  readonly stages: readonly PlannedStage[];
  readonly scheduler: Scheduler;
  readonly session: BuildSession;
  /** Only a Dockerfile was given: whatever is copied from the context is not there. */
  readonly isWithoutContext: boolean;
}

type Copying = CopyInstruction | AddInstruction;

/** Says what was probably meant, if that can be seen; any other error comes back as it is. */
export async function explainMissingSource(
  error: unknown,
  facts: MissingSourceFacts,
): Promise<unknown> {
  if (!(error instanceof AppError) || error.code !== 'COPY_SOURCE_NOT_FOUND') return error;
  const copy = copyAt(error, facts.instructions);
  const source = error.details?.source;
  if (copy === undefined || typeof source !== 'string') return error;
  const comment = commentAmong(copy.sources);
  if (comment !== undefined && isFrom(comment, copy.sources, error)) {
    return commentTaken(copy, error, facts.instructions);
  }
  const unfounded = facts.isWithoutContext ? noContext(error, copy) : undefined;
  if (unfounded !== undefined) return unfounded;
  if (copy.kind === 'add') return error;
  const hint =
    copy.from === undefined
      ? await forgottenStage(source, copy, facts)
      : await otherPlace(source, copy.from, facts);
  return hint === undefined ? error : withHint(error, hint);
}

function withHint({ code, message, details, cause, expected, location }: AppError, hint: string) {
  return new AppError(code, message, { hint, details, cause, expected, location });
}

function copyAt(error: AppError, instructions: readonly Instruction[]): Copying | undefined {
  const found = instructionAt(error, instructions);
  return found?.kind === 'copy' || found?.kind === 'add' ? found : undefined;
}

/** `COPY . . # all`: everything behind the first source that begins like a comment. */
function commentAmong(sources: readonly Word[]): Word | undefined {
  return sources.find(({ text }, index) => index > 0 && text.startsWith('#'));
}

/** Whether the error is about the comment, or about the path before it, which was to be the destination. */
function isFrom(comment: Word, sources: readonly Word[], { location }: AppError): boolean {
  const first = sources[Math.max(1, sources.indexOf(comment) - 1)] ?? comment;
  return location !== undefined && location.range.start.offset >= first.range.start.offset;
}

/** Of several such instructions of a stage the first is told, whichever was looked at first; the others are named. */
function commentTaken(
  failed: Copying,
  { message, details, cause }: AppError,
  instructions: readonly Instruction[],
) {
  const [copy = failed, ...others] = commentedAlike(failed, instructions);
  const { start } = (commentAmong(copy.sources) ?? copy.location).range;
  const lines = others.map(({ location }) => location.range.start.line);
  const too = lines.length === 0 ? '' : `, and so in line ${lines.join(', line ')}`;
  return new AppError(
    'DOCKERFILE_TRAILING_COMMENT',
    `# begins no comment behind ${copy.kind.toUpperCase()}: what follows are paths, and ${message}`,
    {
      hint: `put the comment on a line of its own${too}`,
      location: { ...copy.location, range: { start, end: copy.location.range.end } },
      details,
      cause,
    },
  );
}

/** Those of the same stage that copy the same word from the same place, the given one among them. */
function commentedAlike(failed: Copying, instructions: readonly Instruction[]): readonly Copying[] {
  const isFrom = ({ kind }: Instruction): boolean => kind === 'from';
  const at = instructions.indexOf(failed);
  const start = instructions.slice(0, at).findLastIndex(isFrom) + 1;
  const end = instructions.findIndex((instruction, index) => index > at && isFrom(instruction));
  const word = commentAmong(failed.sources)?.text;
  const place = placeOf(failed);
  return instructions
    .slice(start, end < 0 ? undefined : end)
    .filter(
      (instruction): instruction is Copying =>
        (instruction.kind === 'copy' || instruction.kind === 'add') &&
        commentAmong(instruction.sources)?.text === word &&
        placeOf(instruction) === place,
    );
}

/** The stage or image files come from; undefined: the context. */
function placeOf(copy: Copying): string | undefined {
  return copy.kind === 'copy' ? copy.from?.text : undefined;
}

async function forgottenStage(
  source: string,
  copy: CopyInstruction,
  facts: MissingSourceFacts,
): Promise<string | undefined> {
  const stage =
    (await stageThatHas(source, facts)) ?? stageThatNames(source, copy, facts.instructions);
  const path = `/${source.replace(/^\/+/, '')}`;
  return stage === undefined ? undefined : `stage ${stage} makes ${path}: add --from=${stage}`;
}

/** Looks into the file systems that this build has made or found so far. */
async function stageThatHas(
  source: string,
  { stages, scheduler, session }: MissingSourceFacts,
): Promise<string | undefined> {
  const path = toBytes(source.replace(/^\/+|\/+$/g, ''));
  for (const { name, root, isTarget } of stages) {
    if (root === undefined || root === 'scratch' || isTarget || path === '') continue;
    const result = await scheduler.peek(root).catch(() => undefined);
    if (result === undefined || !isHere(session, result.layers)) continue;
    if ((await session.treeOf(result.layers)).lookup(path) !== undefined) return name;
  }
  return undefined;
}

/** Nothing is downloaded for a hint. */
function isHere({ store }: BuildSession, layers: readonly LayerId[]): boolean {
  return layers.every((id) => store.layers.get(id)?.promise === undefined);
}

/** The last earlier stage with a step that names the path: most often it is what the step makes. */
function stageThatNames(
  source: string,
  copy: CopyInstruction,
  instructions: readonly Instruction[],
): string | undefined {
  const path = source.replace(/^\/+|\/+$/g, '');
  if (path === '') return undefined;
  let index = -1;
  let stage = '';
  let found: string | undefined;
  for (const instruction of instructions) {
    if (instruction === copy) return found === stage ? undefined : found;
    if (instruction.kind === 'from') {
      index++;
      stage = instruction.stage ?? String(index);
    } else if (makesFiles(instruction) && namesPath(instruction.text, path)) found = stage;
  }
  return undefined;
}

function makesFiles({ kind }: Instruction): boolean {
  return kind === 'run' || kind === 'copy' || kind === 'add';
}

function namesPath(text: string, path: string): boolean {
  return text.split(/[\s"'=,;&|]+/).some((word) => word.replace(/^\/+/, '') === path);
}

/** A wrong idea of the working directory, or of where a tool puts its output, is a common reason. */
async function otherPlace(
  source: string,
  from: Word,
  { stages, scheduler, session }: MissingSourceFacts,
): Promise<string | undefined> {
  const wanted = from.text.toLowerCase();
  const stage = stages.find(
    ({ name, index }) => name.toLowerCase() === wanted || String(index) === wanted,
  );
  const path = toBytes(source.replace(/^\/+|\/+$/g, ''));
  if (stage?.root === undefined || stage.root === 'scratch' || path === '') return undefined;
  const layers = (await scheduler.peek(stage.root).catch(() => undefined))?.layers ?? [];
  if (!isHere(session, layers)) return undefined;
  const whole = await session.treeOf(layers);
  const newestFirst: FileTree[] = [];
  for (const layer of layers.toReversed()) newestFirst.push(await session.treeOf([layer]));
  const found = sameName(path, { whole, newestFirst });
  return found && `stage ${stage.name} has ${found}`;
}
