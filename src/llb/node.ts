/** Operations with their inputs. */
import type { VertexId } from '../graph/index.ts';
import type { LlbOp } from './op.ts';

export interface LlbNode {
  readonly op: LlbOp;
  /** In the operation's order. Equal inputs have one position. */
  readonly inputs: readonly LlbNode[];
  /** The vertex of this result; undefined for a part of one. */
  readonly vertex: VertexId | undefined;
}

/** A file system: an output of a node, or the empty one. */
export type LlbState = LlbNode | 'scratch';

/** Collects the inputs of one operation. */
export class NodeInputs {
  readonly nodes: LlbNode[] = [];

  /** @returns the position of a state among the inputs, -1 for the empty file system */
  add(state: LlbState): number {
    if (state === 'scratch') return -1;
    const known = this.nodes.indexOf(state);
    return known < 0 ? this.nodes.push(state) - 1 : known;
  }
}
