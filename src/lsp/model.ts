/** A Dockerfile in an editor: read as far as possible, with its stages and its valid instructions. */
import {
  type Instruction,
  type InstructionNode,
  readDockerfile,
  readInstructions,
  type SyntaxTree,
} from '../dockerfile/index.ts';

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
  /** The valid instructions. */
  readonly typed: ReadonlyMap<InstructionNode, Instruction>;
  readonly stages: readonly StageModel[];
  readonly stageOf: ReadonlyMap<InstructionNode, StageModel>;
}

/** @throws AppError DOCKERFILE_TOO_LARGE */
export function modelOf(text: string, file: string): DockerfileModel {
  const { tree } = readDockerfile(text, { file });
  const { instructions } = readInstructions(tree);
  const typed = new Map(instructions.map((instruction) => [instruction.node, instruction]));
  const stages = stagesOf(tree, typed);
  const stageOf = new Map(stages.flatMap((stage) => stage.nodes.map((node) => [node, stage])));
  return { tree, typed, stages, stageOf };
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
