/** A Dockerfile whose last stage becomes a stage to build in, and a new last stage that copies only some files. */
import {
  findStageOrIndex,
  type Instruction,
  parseDockerfile,
  parseInstructions,
  type StageSource,
  splitStages,
} from '../dockerfile/index.ts';
import type { BytePath } from '../files/index.ts';
import type { ContainerConfig } from '../oci/index.ts';
import { metadataLines } from './metadata-lines.ts';
import type { Preparation } from './preparations.ts';

export interface FinalStage {
  /** Metadata of the image so far. */
  readonly config: ContainerConfig;
  /** Files and whole directories to copy. */
  readonly paths: readonly BytePath[];
  /** Removed in the stage to build in. */
  readonly unneeded: readonly BytePath[];
  /** The user at the end of the stage to build in. */
  readonly user: string | undefined;
}

/**
 * @param prepared steps at the end of the stage to build in
 * @returns undefined if a path or value cannot be written in a Dockerfile
 */
export function withFinalStage(
  text: string,
  stage: FinalStage,
  prepared: readonly Pick<Preparation, 'command' | 'asRoot'>[] = [],
): string | undefined {
  const paths = stage.paths.map(written);
  const unneeded = stage.unneeded.map(written);
  if (![...paths, ...unneeded].every((path) => path !== undefined)) return undefined;
  const { stages } = splitStages(instructionsOf(text));
  const last = stages.at(-1);
  if (last === undefined) return undefined;
  const lines = metadataLines(stage.config, chainOf(stages, last));
  if (lines.some((line) => /[\r\n]/.test(line))) return undefined;
  const name = last.from.stage ?? freeName(stages);
  const named = last.from.stage === undefined ? inserted(text, last, ` AS ${name}`) : text;
  const removal =
    unneeded.length === 0 ? [] : [{ command: `rm -rf ${unneeded.join(' ')}`, asRoot: true }];
  return [
    `${named.trimEnd()}`,
    ...runs([...prepared, ...removal], stage.user),
    '',
    'FROM scratch',
    `COPY --parents --from=${name} ${paths.join(' \\\n    ')} /`,
    ...lines,
    '',
  ].join('\n');
}

/** RUNs of the user of the image first, then those of root. */
function runs(
  steps: readonly Pick<Preparation, 'command' | 'asRoot'>[],
  user: string | undefined,
): readonly string[] {
  const run = ({ command }: { readonly command: string }) => `RUN ${command}`;
  const asRoot = steps.filter((step) => step.asRoot).map(run);
  const becomesRoot = asRoot.length > 0 && !isRootUser(user);
  return [
    ...steps.filter((step) => !step.asRoot).map(run),
    ...(becomesRoot ? ['USER root'] : []),
    ...asRoot,
  ];
}

/** @throws AppError DOCKERFILE_… */
export function instructionsOf(text: string): readonly Instruction[] {
  return parseInstructions(parseDockerfile(text, { file: 'Dockerfile' })).instructions;
}

export function isRootUser(user: string | undefined): boolean {
  return user === undefined || /^(?:|root|0)(?::|$)/.test(user);
}

function inserted(text: string, { from }: StageSource, addition: string): string {
  const at = from.node.range.end.offset;
  return text.slice(0, at) + addition + text.slice(at);
}

function freeName(stages: readonly StageSource[]): string {
  const taken = new Set(stages.map(({ from }) => from.stage));
  let name = 'build';
  for (let number = 2; taken.has(name); number++) name = `build${number}`;
  return name;
}

/** The instructions of a stage and of those that it is based on, from the first on. */
export function chainOf(
  stages: readonly StageSource[],
  stage: StageSource,
): readonly Instruction[] {
  const below = findStageOrIndex(stages, stage.from.image.text, stage.index);
  return [...(below === undefined ? [] : chainOf(stages, below)), ...stage.instructions];
}

/** Plain names only: others would need quotes that differ between COPY, patterns and shells. */
function written(path: BytePath): string | undefined {
  return /^[\w./+@=:~%,-]+$/.test(path) ? `/${path}` : undefined;
}
