/** Finds steps of a build in a cache of BuildKit's, with their layers there. */
import { type VertexId, vertexIn } from '../../graph/index.ts';
import type { DiffId } from '../../oci/index.ts';
import type { StackLayer } from '../lazy-stacks.ts';
import type { BuildkitCache, BuildkitRecord, BuildkitResult } from './format.ts';
import { RecordMatcher } from './match.ts';
import type { BuildFacts, Operations } from './operations.ts';

export interface FoundStep {
  readonly layers: readonly StackLayer[];
  /** Milliseconds since the epoch. */
  readonly created: number;
}

/** The layers that a step's file system must consist of, bottom first. */
interface ExpectedStack {
  readonly base: readonly DiffId[];
  readonly times: readonly StackLayer['times'][];
}

export class BuildkitSteps {
  readonly #operations: Operations;
  readonly #matcher: RecordMatcher;
  readonly #facts: BuildFacts;

  constructor(cache: BuildkitCache, operations: Operations, facts: BuildFacts) {
    this.#operations = operations;
    this.#matcher = new RecordMatcher(cache);
    this.#facts = facts;
  }

  async find(id: VertexId): Promise<FoundStep | undefined> {
    const key = this.#operations.keyOf(id);
    if (key === undefined) return undefined;
    const expected = expectedStack(id, this.#facts);
    return expected && newestOf(await this.#matcher.find(key), expected);
  }
}

function newestOf(
  records: readonly BuildkitRecord[],
  expected: ExpectedStack,
): FoundStep | undefined {
  const fitting = records
    .flatMap(({ results }) => results)
    .filter((result) => isStack(result, expected))
    .sort((a, b) => b.created - a.created);
  const [newest] = fitting;
  if (newest === undefined) return undefined;
  const { created } = newest;
  const layers = newest.layers.map(({ diffId, descriptor: blob }, position) => {
    const times = expected.times[position - expected.base.length] ?? 'keep';
    return { diffId, blob, times, created };
  });
  return { layers, created };
}

/** Every step adds one layer, in BuildKit as here; a stack with others does not belong to the step. */
function isStack({ layers }: BuildkitResult, { base, times }: ExpectedStack): boolean {
  if (layers.length !== base.length + times.length) return false;
  return base.every((diffId, position) => layers[position]?.diffId === diffId);
}

function expectedStack(id: VertexId, { graph, imageOf }: BuildFacts): ExpectedStack | undefined {
  const times: StackLayer['times'][] = [];
  let next: VertexId | 'scratch' | undefined = id;
  while (next !== undefined && next !== 'scratch') {
    const { op, inputs } = vertexIn(graph, next);
    if (op.kind === 'image') {
      return { base: imageOf(op.imageId)?.diffIds ?? [], times: times.reverse() };
    }
    if (op.kind !== 'exec' && op.kind !== 'copy' && op.kind !== 'mkdir') return undefined;
    times.push(op.kind === 'exec' ? 'clamp' : 'set');
    next = inputs[0];
  }
  return { base: [], times: times.reverse() };
}
