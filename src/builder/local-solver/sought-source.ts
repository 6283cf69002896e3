/** Finds the missing source of a COPY: in a stage that --from does not name, or elsewhere in its stage. */
import type { CopyInstruction, Instruction, Word } from '../../dockerfile/index.ts';
import { type FileTree, toBytes } from '../../files/index.ts';
import type { PlannedStage } from '../../plan/index.ts';
import type { Scheduler } from '../../solver/index.ts';
import type { LayerId } from '../../store/index.ts';
import type { BuildSession } from '../session/session.ts';
import { sameName } from './same-name.ts';

export interface SoughtSourceFacts {
  /** Steps of the file, and of triggers, those of each stage after its FROM. */
  readonly instructions: readonly Instruction[];
  readonly stages: readonly PlannedStage[];
  readonly scheduler: Scheduler;
  readonly session: BuildSession;
}

/** @returns a hint; undefined if no known file system has it */
export function whereSourceIs(
  source: string,
  copy: CopyInstruction,
  facts: SoughtSourceFacts,
): Promise<string | undefined> {
  return copy.from === undefined
    ? forgottenStage(source, copy, facts)
    : otherSource(source, copy.from, facts);
}

async function forgottenStage(
  source: string,
  copy: CopyInstruction,
  facts: SoughtSourceFacts,
): Promise<string | undefined> {
  const stage =
    (await stageThatHas(source, facts)) ?? stageThatNames(source, copy, facts.instructions);
  const path = `/${source.replace(/^\/+/, '')}`;
  return stage === undefined ? undefined : `stage ${stage} creates ${path}: add --from=${stage}`;
}

/** Searches the file systems that this build has made or found so far. */
async function stageThatHas(
  source: string,
  { stages, scheduler, session }: SoughtSourceFacts,
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
  return layers.every((id) => store.layers.get(id)?.lazy === undefined);
}

/** The last earlier stage with a step that names the path: most often the step makes it. */
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

/** A wrong idea of the working directory, or of a tool's output directory, is a common cause. */
async function otherSource(
  source: string,
  from: Word,
  { stages, scheduler, session }: SoughtSourceFacts,
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
