import type { Vertex, VertexId, VertexInfo } from '../graph/index.ts';
import type { LlbNode, LlbState } from './node.ts';
import type { LlbAction } from './op.ts';

/** The interface of a translation for its parts. */
export interface Translation {
  /** Whether only operations count that BuildKit's own frontend makes. */
  readonly isExact: boolean;
  /** Whether file systems can be merged. */
  readonly merges: boolean;
  readonly infoOf: (id: VertexId) => VertexInfo | undefined;
  /** The state of an input of a vertex; undefined: it has no exact counterpart in BuildKit. */
  readonly inputOf: (vertex: Vertex, index: number) => LlbState | undefined;
  /** The vertex of an input; undefined for the empty file system. */
  readonly vertexAt: (vertex: Vertex, index: number) => Vertex | undefined;
  /** The result of one action on an empty file system: the same action is the same node. */
  readonly madeFromNothing: (action: LlbAction) => LlbNode;
}
