/** A COPY from the context of something that another stage makes: the forgotten --from. */
import type { AddInstruction, CopyInstruction, Instruction } from '../dockerfile/index.ts';
import { AppError } from '../errors.ts';
import { toBytes } from '../files/index.ts';
import type { PlannedStage } from '../plan/index.ts';
import type { Solver } from '../solver/index.ts';
import type { LayerId } from '../store/index.ts';
import type { BuildSession } from './session.ts';

export interface MissingSourceFacts {
  readonly instructions: readonly Instruction[];
  readonly stages: readonly PlannedStage[];
  readonly solver: Solver;
  readonly session: BuildSession;
  /** Only a Dockerfile was given: whatever is copied from the context is not there. */
  readonly isWithoutContext: boolean;
}

/** Says which earlier stage has the path that a COPY did not find in the context, if one has. */
export async function explainMissingSource(
  error: unknown,
  facts: MissingSourceFacts,
): Promise<unknown> {
  if (!(error instanceof AppError) || error.code !== 'COPY_SOURCE_NOT_FOUND') return error;
  const copy = copyAt(error, facts.instructions);
  const source = error.details?.source;
  if (copy !== undefined && facts.isWithoutContext && !isFromElsewhere(copy)) {
    return withoutContext(error, copy);
  }
  if (copy?.kind !== 'copy' || copy.from !== undefined || typeof source !== 'string') return error;
  const stage =
    (await stageThatHas(source, facts)) ?? stageThatNames(source, copy, facts.instructions);
  if (stage === undefined) return error;
  const { details, cause, expected, location } = error;
  const path = `/${source.replace(/^\/+/, '')}`;
  const hint = `stage ${stage} makes ${path}: add --from=${stage}`;
  return new AppError(error.code, error.message, { hint, details, cause, expected, location });
}

function isFromElsewhere(copy: CopyInstruction | AddInstruction): boolean {
  return copy.kind === 'copy' && copy.from !== undefined;
}

function withoutContext(
  { details, location, cause }: AppError,
  { kind }: CopyInstruction | AddInstruction,
): AppError {
  const source = typeof details?.source === 'string' ? `'${details.source}'` : 'anything';
  return new AppError(
    'COPY_NO_CONTEXT',
    `there is no build context to ${kind} ${source} from: a Dockerfile alone came on standard input`,
    {
      ...{ location, details, cause },
      expected: 'a directory, or a tar of one on standard input',
      hint: 'name a directory: lamina build -f - . < Dockerfile; or send one: tar -c . | lamina build -',
    },
  );
}

function copyAt(
  { location }: AppError,
  instructions: readonly Instruction[],
): CopyInstruction | AddInstruction | undefined {
  const offset = location?.range.start.offset;
  if (offset === undefined) return undefined;
  return instructions.find((instruction): instruction is CopyInstruction | AddInstruction => {
    const { start, end } = instruction.location.range;
    const copies = instruction.kind === 'copy' || instruction.kind === 'add';
    return copies && start.offset <= offset && offset < end.offset;
  });
}

/** Looks into the file systems that this build has made or found so far. */
async function stageThatHas(
  source: string,
  { stages, solver, session }: MissingSourceFacts,
): Promise<string | undefined> {
  const path = toBytes(source.replace(/^\/+|\/+$/g, ''));
  for (const { name, root, isTarget } of stages) {
    if (root === undefined || root === 'scratch' || isTarget || path === '') continue;
    const result = await solver.peek(root).catch(() => undefined);
    if (result?.layers.every((id) => isHere(session, id)) !== true) continue;
    if ((await session.treeOf(result.layers)).lookup(path) !== undefined) return name;
  }
  return undefined;
}

/** Nothing is downloaded for a hint. */
function isHere({ store }: BuildSession, id: LayerId): boolean {
  return store.layers.get(id)?.promise === undefined;
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
