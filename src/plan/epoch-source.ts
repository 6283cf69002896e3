/**
 * A SOURCE_DATE_EPOCH that is not a number names a source with a time: `context`, a named context, or a stage that
 * begins FROM scratch and fetches one thing.
 */
import type { AddInstruction, Instruction, Word } from '../dockerfile/index.ts';
import { expandWord, findStageOrIndex, type Stages, splitStages } from '../dockerfile/index.ts';
import { AppError, type SourceLocation } from '../errors.ts';
import type { GitOp, HttpOp } from '../graph/index.ts';
import { nearestName } from '../nearest-name.ts';
import { isHttpUrl, parseGitUrl } from '../remote/index.ts';
import { expandGlobal, globalArguments } from './global-arguments.ts';
import { gitOp, httpOp } from './remote-sources.ts';
import type { PlanOptions } from './stage-plan.ts';

export const EPOCH = 'SOURCE_DATE_EPOCH';

export type EpochOptions = Pick<
  PlanOptions,
  'tree' | 'instructions' | 'target' | 'buildArgs' | 'platform' | 'buildPlatform'
>;

export interface EpochText {
  readonly text: string;
  /** Location of the ARG whose default it is. */
  readonly location: SourceLocation | undefined;
}

/** The given value, else the default of a global ARG; undefined: neither exists. */
export function epochText(options: EpochOptions): EpochText | undefined {
  const given = options.buildArgs.get(EPOCH);
  if (given !== undefined) return { text: given, location: undefined };
  const { globals } = splitStages(options.instructions);
  const declared = globals.findLast(({ args }) => args.some(({ name }) => name.text === EPOCH));
  if (declared === undefined) return undefined;
  const text = valuesOf(options).get(EPOCH) ?? '';
  return text === '' ? undefined : { text, location: declared.location };
}

/**
 * The source that the named stage fetches.
 *
 * @throws AppError PLAN_EPOCH when there is no such stage, or one that does anything else
 */
export function epochSource(options: EpochOptions, { text, location }: EpochText): HttpOp | GitOp {
  const { stages } = splitStages(options.instructions);
  const stage = stages.find(({ from }) => from.stage === text);
  if (stage === undefined) throw unknownSource(text, location, stages);
  const values = new Map(valuesOf(options));
  values.delete(EPOCH);
  const scope = { options, values };
  if (expandGlobal(options.tree, stage.from.image, values) !== 'scratch') {
    throw unfit(text, 'does not begin with FROM scratch', stage.from.location);
  }
  let source: HttpOp | GitOp | undefined;
  for (const instruction of stage.instructions) {
    if (instruction.kind === 'arg') addArguments(instruction, scope);
    else if (instruction.kind !== 'add') {
      const name = instruction.kind.toUpperCase();
      throw unfit(text, `has ${name} in addition to ADD`, instruction.location);
    } else if (source !== undefined)
      throw unfit(text, 'has more than one ADD', instruction.location);
    else source = sourceOf(instruction, text, scope);
  }
  if (source === undefined) throw unfit(text, 'has no ADD', stage.from.location);
  return source;
}

interface Scope {
  readonly options: EpochOptions;
  readonly values: Map<string, string>;
}

function valuesOf(options: EpochOptions): ReadonlyMap<string, string> {
  const parts = splitStages(options.instructions);
  const target = targetOf(parts, options.target);
  return target === undefined ? new Map() : globalArguments(options, parts, target);
}

function targetOf({ stages }: Stages, name: string | undefined) {
  return (name ? findStageOrIndex(stages, name) : undefined) ?? stages.at(-1);
}

function addArguments(
  { args }: Extract<Instruction, { kind: 'arg' }>,
  { options, values }: Scope,
): void {
  for (const { name, value } of args) {
    const given = options.buildArgs.get(name.text);
    if (given !== undefined) values.set(name.text, given);
    else if (value !== undefined) values.set(name.text, expandGlobal(options.tree, value, values));
  }
}

function sourceOf(
  instruction: AddInstruction,
  stage: string,
  { options: { tree, buildArgs }, values }: Scope,
): HttpOp | GitOp {
  const { sources, files, checksum: pinned, keepGitDir, location } = instruction;
  const expand = (word: Word) => {
    const lookup = (name: string) => values.get(name);
    return expandWord(word, { lookup, escape: tree.escape, source: tree.source }).text;
  };
  const [word] = sources;
  if (word === undefined || sources.length + files.length !== 1) {
    throw unfit(stage, 'adds several sources', location);
  }
  const url = expand(word);
  const checksum = pinned === undefined ? undefined : expand(pinned) || undefined;
  const git = parseGitUrl(url);
  if (git !== undefined) {
    const op = gitOp(git, buildArgs, keepGitDir);
    return { ...op, checksum: checksum ?? op.checksum };
  }
  if (!isHttpUrl(url)) throw unfit(stage, 'adds a local file', location);
  return httpOp(url, checksum);
}

function unfit(stage: string, what: string, location: SourceLocation): AppError {
  return new AppError('PLAN_EPOCH', `${EPOCH} cannot be taken from stage '${stage}': it ${what}`, {
    location,
    expected: 'FROM scratch and one ADD of an HTTP(S) URL or git repository',
    hint: `set the seconds since 1970, or add such a stage and set its name`,
  });
}

function unknownSource(
  text: string,
  location: SourceLocation | undefined,
  stages: Stages['stages'],
): AppError {
  const near = nearestName(text, ['context', ...stages.flatMap(({ from }) => from.stage ?? [])]);
  const message = `${EPOCH} is '${text}', which is not a number, a context or a stage`;
  return new AppError('PLAN_EPOCH', message, {
    location,
    expected: 'seconds since 1970, context, or the name of a context or stage',
    hint:
      near === undefined
        ? 'git log -1 --format=%ct prints the time of a commit'
        : `did you mean '${near}'?`,
  });
}
