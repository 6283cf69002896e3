/** A Dockerfile in an editor: read as far as possible, with its stages and its valid instructions. */
import {
  type Instruction,
  type InstructionNode,
  parseInstruction,
  parseInstructions,
  readDockerfile,
  type SyntaxTree,
} from '../dockerfile/index.ts';
import { AppError, type Warning } from '../errors.ts';

export interface StageModel {
  readonly index: number;
  /** FROM and the instructions after it. */
  readonly nodes: readonly InstructionNode[];
  readonly from: InstructionNode;
  /** The typed FROM, if it is valid. */
  readonly typed: Extract<Instruction, { kind: 'from' }> | undefined;
  /** The earlier stage that it is based on. */
  readonly base: StageModel | undefined;
}

export interface DockerfileModel {
  readonly tree: SyntaxTree;
  /** Errors of the syntax and of single instructions, in the order of the text. */
  readonly problems: readonly AppError[];
  readonly warnings: readonly Warning[];
  /** The valid instructions. */
  readonly instructions: readonly Instruction[];
  readonly typed: ReadonlyMap<InstructionNode, Instruction>;
  readonly stages: readonly StageModel[];
  readonly stageOf: ReadonlyMap<InstructionNode, StageModel>;
}

/** @throws AppError DOCKERFILE_TOO_LARGE */
export function modelOf(text: string, file: string): DockerfileModel {
  const { tree, problems: syntax } = readDockerfile(text, { file });
  const problems = [...syntax];
  const warnings: Warning[] = [...tree.warnings];
  const typed = new Map<InstructionNode, Instruction>();
  for (const node of tree.instructions) {
    const instruction = caught(problems, () => parseInstruction(tree, node, warnings));
    if (instruction !== undefined) typed.set(node, instruction);
  }
  // The order of instructions, which only matters once each of them is valid.
  if (problems.length === 0) caught(problems, () => parseInstructions(tree));
  const instructions = [...typed.values()];
  const stages = stagesOf(tree, typed);
  const stageOf = new Map(stages.flatMap((stage) => stage.nodes.map((node) => [node, stage])));
  return { tree, problems, warnings, instructions, typed, stages, stageOf };
}

function caught<T>(problems: AppError[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    problems.push(error);
    return undefined;
  }
}

function stagesOf(
  { instructions }: SyntaxTree,
  typed: ReadonlyMap<InstructionNode, Instruction>,
): readonly StageModel[] {
  const stages: (StageModel & { readonly nodes: InstructionNode[] })[] = [];
  const named = new Map<string, StageModel>();
  for (const node of instructions) {
    if (node.name !== 'from') {
      stages.at(-1)?.nodes.push(node);
      continue;
    }
    const instruction = typed.get(node);
    const from = instruction?.kind === 'from' ? instruction : undefined;
    const base = from && named.get(from.image.text);
    const stage = { index: stages.length, nodes: [node], from: node, typed: from, base };
    stages.push(stage);
    if (from?.stage !== undefined) named.set(from.stage, stage);
  }
  return stages;
}

/** The stage with this name or index that `before` may refer to. */
export function stageNamed(
  { stages }: DockerfileModel,
  name: string,
  before = stages.length,
): StageModel | undefined {
  const wanted = name.toLowerCase();
  const found = stages.findLast(({ index, typed }) => index < before && typed?.stage === wanted);
  if (found !== undefined || !/^\d+$/.test(name)) return found;
  return Number(name) < before ? stages[Number(name)] : undefined;
}

/** The instruction whose lines contain the offset. */
export function nodeAt({ tree }: DockerfileModel, offset: number): InstructionNode | undefined {
  const { instructions } = tree;
  let low = 0;
  let high = instructions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const node = instructions[middle];
    if (node !== undefined && node.extent.start.offset <= offset) low = middle + 1;
    else high = middle;
  }
  const node = instructions[low - 1];
  if (node === undefined) return undefined;
  const { end } = node.extent;
  const endsInside = tree.text[end.offset - 1] !== '\n';
  return offset < end.offset || (endsInside && offset === end.offset) ? node : undefined;
}
