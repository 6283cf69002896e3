/** Steps as displays show them. */
import type { Graph, VertexId } from '../../graph/index.ts';
import type { StepInfo } from '../../progress/index.ts';

/** @returns a function that gives each vertex always the same description */
export function stepInfos(graph: Graph): (id: VertexId) => StepInfo {
  const known = new Map<VertexId, StepInfo>();
  return (id) => {
    const info = known.get(id);
    if (info !== undefined) return info;
    const vertex = graph.info.get(id);
    if (vertex === undefined) throw new Error(`the graph says nothing of vertex ${id}`);
    const { name, stage, locations } = vertex;
    const location = locations.instruction;
    const made = { id, name, stage, line: location?.usedBy?.line ?? location?.range.start.line };
    known.set(id, made);
    return made;
  };
}

/** A step that is not an operation of the graph. */
export function internalStep(id: string, name: string): StepInfo {
  return { id, name, stage: undefined, line: undefined };
}
