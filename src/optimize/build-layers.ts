/** What each layer of an image is: part of its base, what a package manager installed, or the project's own. */
import type { OpenedImage } from '../api/index.ts';
import { findStageOrIndex, type Instruction, splitStages } from '../dockerfile/index.ts';
import type { BytePath } from '../files/index.ts';
import { chainOf, instructionsOf } from './final-stage.ts';

/**
 * - `base`: the base image, or copied from another image
 * - `packages`: a RUN that calls the package manager of a distribution, and maybe others
 * - `copied`: COPY or ADD
 * - `made`: any other step
 */
export type LayerKind = 'base' | 'packages' | 'copied' | 'made';

export interface BuildLayer {
  readonly kind: LayerKind;
  /** Of files, links and directories that it adds. */
  readonly paths: readonly BytePath[];
}

type Layers = Awaited<ReturnType<OpenedImage['files']>>['layers'];
type History = OpenedImage['config']['history'];

/** Steps that may make a layer. */
const STEP = /^(?:RUN|COPY|ADD|WORKDIR)\b/;
const DISTRIBUTION = /\b(?:apt|apt-get|aptitude|dpkg|apk|dnf|microdnf|yum|zypper|pacman|rpm)\b/;
/** What COPY or ADD brings with it is a whole system, not a project. */
const SYSTEM = new Set(['etc/os-release', 'usr/lib/os-release']);

export interface BuiltImage {
  readonly history: History;
  /** Bottom first. */
  readonly layers: Layers;
}

/** @param contexts names of further build contexts, which COPY may name as it names images */
export function buildLayers(
  text: string,
  { history = [], layers }: BuiltImage,
  contexts: readonly string[],
): readonly BuildLayer[] {
  const kinds = kindsOf(text, history, contexts);
  return layers.map(({ entries }, index) => {
    const paths = entries.filter(({ kind }) => kind === 'entry').map(({ path }) => path);
    const kind = kinds.get(index) ?? 'base';
    const isSystem = kind === 'copied' && paths.some((path) => SYSTEM.has(path));
    return { kind: isSystem ? 'base' : kind, paths };
  });
}

/** By the position of the layer. The steps of a base come first: the Dockerfile's are found from the end. */
function kindsOf(
  text: string,
  history: NonNullable<History>,
  contexts: readonly string[],
): ReadonlyMap<number, LayerKind> {
  let layer = 0;
  const made = history.map(({ created_by: by = '', empty_layer: isEmpty }) => ({
    by,
    layer: isEmpty ? undefined : layer++,
  }));
  const { stages } = splitStages(instructionsOf(text));
  const last = stages.at(-1);
  const instructions = (last === undefined ? [] : chainOf(stages, last)).filter(makesLayer);
  const isOfImage = (from: string) =>
    !contexts.includes(from) && findStageOrIndex(stages, from) === undefined;
  const kinds = new Map<number, LayerKind>();
  const steps = made.filter(({ by }) => STEP.test(by));
  for (const step of instructions.toReversed()) {
    const { by, layer: position } = steps.pop() ?? { by: '', layer: undefined };
    if (position !== undefined) kinds.set(position, kindOf(step, { by, isOfImage }));
  }
  return kinds;
}

function makesLayer({ kind }: Instruction): boolean {
  return kind === 'run' || kind === 'copy' || kind === 'add' || kind === 'workdir';
}

interface Made {
  /** The text in the history. */
  readonly by: string;
  /** Whether a name is that of an image, not of a stage. */
  readonly isOfImage: (from: string) => boolean;
}

function kindOf(step: Instruction, { by, isOfImage }: Made): LayerKind {
  if (step.kind === 'run') return DISTRIBUTION.test(by) ? 'packages' : 'made';
  if (step.kind === 'add') return 'copied';
  if (step.kind !== 'copy') return 'made';
  return step.from !== undefined && isOfImage(step.from.text) ? 'base' : 'copied';
}
