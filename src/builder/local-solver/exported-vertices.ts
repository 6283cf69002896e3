/** Finds the vertices whose own layers are layers of the image. */
import { type Graph, SCRATCH, type VertexId } from '../../graph/index.ts';

/** The target and its chain of bases. */
export function exportedVertices(
  graph: Graph,
  target: VertexId | typeof SCRATCH,
): ReadonlySet<VertexId> {
  const found = new Set<VertexId>();
  for (let id: VertexId | typeof SCRATCH | undefined = target; id !== undefined; ) {
    if (id === SCRATCH || found.has(id)) break;
    found.add(id);
    id = graph.vertices.get(id)?.inputs[0];
  }
  return found;
}
