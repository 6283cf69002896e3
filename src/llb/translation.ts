import type { Vertex, VertexId, VertexInfo } from '../graph/index.ts';
import type { LlbNode, LlbState } from './node.ts';
import type { LlbAction } from './op.ts';

/** What the parts of a translation ask of the whole. */
export interface Translation {
  readonly infoOf: (id: VertexId) => VertexInfo | undefined;
  /** The state of an input of a vertex; undefined: BuildKit has no exact counterpart of it. */
  readonly inputOf: (vertex: Vertex, index: number) => LlbState | undefined;
  /** The vertex that an input is; undefined for the empty file system. */
  readonly vertexAt: (vertex: Vertex, index: number) => Vertex | undefined;
  /** What one action makes of nothing: the same action is the same node. */
  readonly madeFromNothing: (action: LlbAction) => LlbNode;
}
