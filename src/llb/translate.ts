/** From lamina's graph to BuildKit's: each vertex becomes the operations that BuildKit's own frontend makes. */
import { type Graph, inputsFirst, type Vertex, type VertexId, vertexIn } from '../graph/index.ts';
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
  /** Whether an image has no layers: then BuildKit's frontend begins with an empty file system. */
  readonly isEmptyImage: (imageId: Digest) => boolean;
  /** SOURCE_DATE_EPOCH, if given. */
  readonly epoch: number | undefined;
  /**
   * Whether only operations count that BuildKit's own frontend makes, so that their keys are its keys. Default true;
   * false for a definition that a daemon builds.
   */
  readonly isExact?: boolean | undefined;
  /** Whether file systems can be merged, as COPY --link does. Default true. */
  readonly merges?: boolean | undefined;
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
      isExact: facts.isExact ?? true,
      merges: facts.merges ?? true,
      infoOf: (id) => facts.graph.info.get(id),
      inputOf: (vertex, index) => this.#inputOf(vertex, index),
      vertexAt: ({ inputs }, index) => {
        const id = inputs[index];
        return id === undefined || id === 'scratch' ? undefined : vertexIn(facts.graph, id);
      },
      madeFromNothing: (action) => this.#madeFromNothing(action),
    };
  }

  /** @returns undefined for vertices without a counterpart in BuildKit */
  stateOf(input: Input): LlbState | undefined {
    if (input === 'scratch') return 'scratch';
    if (!this.#states.has(input)) {
      const vertices = (ids: Vertex['inputs']) =>
        ids.flatMap((id) =>
          id === 'scratch' || this.#states.has(id) ? [] : vertexIn(this.#facts.graph, id),
        );
      for (const vertex of inputsFirst(vertices([input]), ({ inputs }) => vertices(inputs))) {
        this.#states.set(vertex.id, this.#translate(vertex));
      }
    }
    return this.#states.get(input);
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
}
