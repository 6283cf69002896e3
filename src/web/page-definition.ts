/** The text that an image was made by, with what each instruction of it did. */
import { type ImageReport, plainInstruction, withoutSecrets } from '../analysis/index.ts';
import { type InstructionNode, readDockerfile, type SyntaxTree } from '../dockerfile/index.ts';
import { type BuildRecord, stagesOfImage } from '../records/index.ts';
import type { PageDefinition, PageInstruction } from './page-data.ts';

/** An entry of the history of an image config. */
export interface HistoryEntry {
  readonly created_by?: string | undefined;
  readonly empty_layer?: boolean | undefined;
}

export interface DefinedImage {
  readonly report: Pick<ImageReport, 'image' | 'layers'>;
  readonly history: readonly HistoryEntry[];
}

/** The Dockerfile where the record has its text, else the instructions of the history. */
export function pageDefinition(
  image: DefinedImage,
  record: BuildRecord | undefined,
): PageDefinition {
  const text = record?.dockerfileText ?? null;
  if (record === undefined || text === null) return historyOf(image);
  return dockerfileOf(image, record, text);
}

function dockerfileOf({ report }: DefinedImage, record: BuildRecord, text: string): PageDefinition {
  const { tree } = readDockerfile(text, { file: 'Dockerfile' });
  const made = record.images.find(({ id }) => id === report.image.id) ?? record.images[0];
  const layersOf = layersByStep(record, made);
  const isOfImage = stepsOf(record, made);
  const stages = stagesOf(tree);
  const used = stagesOfImage(record, made) ?? [];
  const needed = new Set(used.map(({ name }) => name.toLowerCase()));
  return {
    kind: 'dockerfile',
    lines: shownLines(text),
    instructions: tree.instructions.map((node, index): PageInstruction => {
      const [first, last] = [node.range.start.line, node.range.end.line];
      const stage = stages[index] ?? null;
      const steps = record.steps.flatMap(({ line }, step) =>
        line !== null && line >= first && line <= last && isOfImage(step) ? step : [],
      );
      const isNeeded = stage === null || needed.has(stage) || steps.length > 0;
      const layers = steps.flatMap((step) => layersOf.get(step) ?? []);
      return { first, last, stage, isNeeded, layers, steps };
    }),
  };
}

/** Without secrets, line for line: of a private key, all lines are masked. */
function shownLines(text: string): readonly string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  let isKey = false;
  return lines.map((line) => {
    const begins = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY/.test(line);
    const isMasked = isKey;
    isKey = (isKey || begins) && !/-----END /.test(line);
    return isMasked && isKey ? '***' : withoutSecrets(line);
  });
}

/** The stage of each instruction, as records name it; null above the first FROM. */
function stagesOf({ instructions }: SyntaxTree): readonly (string | null)[] {
  let count = 0;
  let stage: string | null = null;
  return instructions.map((node) => {
    if (node.name === 'from') {
      stage = nameOfStage(node) ?? `stage-${count}`;
      count++;
    }
    return stage;
  });
}

function nameOfStage({ argument }: InstructionNode): string | undefined {
  return /\sas\s+(\S+)$/i.exec(argument.text)?.[1]?.toLowerCase();
}

type MadeImage = BuildRecord['images'][number];

/** Of a build for several platforms, the steps that the image of one of them needed. */
function stepsOf({ images, steps }: BuildRecord, made: MadeImage | undefined) {
  if (images.length < 2) return () => true;
  const needed = new Set<number>();
  const open = (made?.layers ?? []).flatMap(({ step }) => step ?? []);
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    if (needed.has(step)) continue;
    needed.add(step);
    open.push(...(steps[step]?.inputs ?? []).filter((input) => input !== null));
  }
  return (step: number) => needed.has(step);
}

/** Layers of the base image belong to the step that the others stand on. */
function layersByStep(
  { steps }: BuildRecord,
  made: MadeImage | undefined,
): ReadonlyMap<number, readonly number[]> {
  const layers = made?.layers ?? [];
  const top = layers.findLast(({ step }) => step !== null)?.step ?? null;
  let base = top;
  for (let at = top; at !== null; at = steps[at]?.inputs[0] ?? null) base = at;
  const found = new Map<number, number[]>();
  for (const [layer, { step }] of layers.entries()) {
    const from = step ?? base;
    if (from !== null) found.set(from, [...(found.get(from) ?? []), layer]);
  }
  return found;
}

function historyOf({ report, history }: DefinedImage): PageDefinition {
  const made = history.filter(({ empty_layer }) => empty_layer !== true);
  const isSound = made.length === report.layers.length;
  const entries: readonly { readonly text: string; readonly layers: readonly number[] }[] = isSound
    ? history.map((entry) => ({
        text: plainInstruction(entry.created_by ?? ''),
        layers: entry.empty_layer === true ? [] : [made.indexOf(entry)],
      }))
    : report.layers.map(({ instruction, index }) => ({ text: instruction ?? '', layers: [index] }));
  const lines: string[] = [];
  const instructions = entries.map(({ text, layers }): PageInstruction => {
    const own = shownLines(text === '' ? '(not in the history)' : text);
    const first = lines.length + 1;
    lines.push(...own);
    return { first, last: lines.length, stage: null, isNeeded: true, layers, steps: [] };
  });
  return { kind: 'history', lines, instructions };
}
