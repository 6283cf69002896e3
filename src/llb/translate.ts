/** From lamina's graph to BuildKit's: each vertex becomes what BuildKit's own frontend makes of the instruction. */
import type { Graph, Vertex, VertexId } from '../graph/index.ts';
import { type Digest, hostPlatform } from '../oci/index.ts';
import { copyState } from './copy-state.ts';
import { execState } from './exec-state.ts';
import { fileOp, mkdirAction, ownerOf } from './file-op.ts';
import { type LlbNode, type LlbState, NodeInputs } from './node.ts';
import type { LlbAction, LlbOp } from './op.ts';
import { gitSource, httpSource, imageSource, localSource } from './source-op.ts';
import type { Translation } from './translation.ts';

export interface LlbFacts {
  readonly graph: Graph;
  /** Whether an image has no layers: BuildKit's frontend begins with nothing then. */
  readonly isEmptyImage: (imageId: Digest) => boolean;
  /** SOURCE_DATE_EPOCH, where it was given. */
  readonly epoch: number | undefined;
}

type Input = Vertex['inputs'][number];

/** Translates vertices of one graph. */
export class LlbTranslator {
  readonly #facts: LlbFacts;
  readonly #states = new Map<VertexId, LlbState | undefined>();
  readonly #fromNothing = new Map<string, LlbNode>();
  readonly #translation: Translation;

  constructor(facts: LlbFacts) {
    this.#facts = facts;
    this.#translation = {
      infoOf: (id) => facts.graph.info.get(id),
      inputOf: (vertex, index) => this.#inputOf(vertex, index),
      vertexAt: ({ inputs }, index) => {
        const id = inputs[index];
        return id === undefined || id === 'scratch' ? undefined : this.#vertex(id);
      },
      madeFromNothing: (action) => this.#madeFromNothing(action),
    };
  }

  /** @returns undefined for what BuildKit has no exact counterpart of */
  stateOf(input: Input): LlbState | undefined {
    if (input === 'scratch') return 'scratch';
    if (!this.#states.has(input)) {
      for (const id of this.#below(input)) this.#states.set(id, this.#translate(this.#vertex(id)));
    }
    return this.#states.get(input);
  }

  /** What a vertex needs, itself last; deep stage chains must not recurse. */
  #below(target: VertexId): readonly VertexId[] {
    const found = new Set<VertexId>();
    const open = [target];
    for (let id = open.at(-1); id !== undefined; id = open.at(-1)) {
      const missing = this.#vertex(id).inputs.filter(
        (input): input is VertexId =>
          input !== 'scratch' && !found.has(input) && !this.#states.has(input),
      );
      if (missing.length > 0) open.push(...missing);
      else {
        open.pop();
        found.add(id);
      }
    }
    return [...found];
  }

  #translate(vertex: Vertex): LlbState | undefined {
    const { op, id } = vertex;
    const source = (record: LlbOp): LlbNode => ({ op: record, inputs: [], vertex: id });
    switch (op.kind) {
      case 'image': {
        if (this.#facts.isEmptyImage(op.imageId)) return 'scratch';
        const { image = {}, platform = hostPlatform() } = this.#facts.graph.info.get(id) ?? {};
        return source(imageSource(op.imageId, image, platform));
      }
      case 'context':
        return source(localSource(op.name));
      case 'http':
        return source(httpSource(op));
      case 'git':
        return source(gitSource(op));
      case 'mkdir':
        return this.#mkdir(vertex, op.path, op.owner);
      case 'copy':
        return copyState(vertex, op, this.#translation);
      case 'exec':
        return execState(vertex, op, this.#translation);
    }
  }

  #mkdir(vertex: Vertex, path: string, owner: string | undefined): LlbNode | undefined {
    const below = this.#inputOf(vertex, 0);
    if (below === undefined) return undefined;
    const inputs = new NodeInputs();
    const base = inputs.add(below);
    const action = mkdirAction({
      ...{ path, mode: 0o755, makesParents: true, time: this.#facts.epoch },
      owner: owner === undefined ? undefined : ownerOf(owner, base),
    });
    const file = fileOp([{ action, source: -1 }], { base, count: inputs.nodes.length });
    return { op: { file }, inputs: inputs.nodes, vertex: vertex.id };
  }

  #madeFromNothing(action: LlbAction): LlbNode {
    const text = JSON.stringify(action);
    const known = this.#fromNothing.get(text);
    if (known !== undefined) return known;
    const file = fileOp([{ action, source: -1 }], { base: -1, count: 0 });
    const made: LlbNode = { op: { file }, inputs: [], vertex: undefined };
    this.#fromNothing.set(text, made);
    return made;
  }

  #inputOf({ inputs }: Vertex, index: number): LlbState | undefined {
    const input = inputs[index];
    return input && this.stateOf(input);
  }

  #vertex(id: VertexId): Vertex {
    const vertex = this.#facts.graph.vertices.get(id);
    if (vertex === undefined) throw new Error(`the graph has no vertex ${id}`);
    return vertex;
  }
}
