/**
 * Definition digests. A digest covers the kind of the operation, the version of its semantics, its
 * parameters and the definition digests of its inputs; it leaves out everything in `VertexInfo`.
 */
import { cacheKey } from './cache-key.ts';
import { inputsFirst } from './inputs-first.ts';
import type { Graph, Op, SCRATCH, Vertex, VertexId, VertexInfo } from './vertex.ts';

/** The definition digest of an operation with its inputs. */
export function vertexId(op: Op, inputs: Vertex['inputs']): VertexId {
  return `sha256:${cacheKey({ op, inputs })}` as VertexId;
}

/** Collects vertices; the same operation on the same inputs is one vertex, however often it is added. */
export class GraphBuilder {
  readonly #vertices = new Map<VertexId, Vertex>();
  readonly #info = new Map<VertexId, VertexInfo>();

  /**
   * Adds an operation and returns its digest. If the vertex exists already, its first description stays, but it ignores
   * the cache if any of its users requests that.
   */
  add(op: Op, inputs: readonly (VertexId | typeof SCRATCH)[], info: VertexInfo): VertexId {
    const id = vertexId(op, inputs);
    const known = this.#info.get(id);
    if (known === undefined) {
      this.#vertices.set(id, { id, op, inputs });
      this.#info.set(id, info);
    } else if (info.ignoreCache && !known.ignoreCache) {
      this.#info.set(id, { ...known, ignoreCache: true });
    }
    return id;
  }

  build(): Graph {
    return { vertices: new Map(this.#vertices), info: new Map(this.#info) };
  }
}

/** Joins several graphs: common vertices are in it once, as the first one describes them. */
export function mergeGraphs(graphs: readonly Graph[]): Graph {
  const [only, ...more] = graphs;
  if (only !== undefined && more.length === 0) return only;
  const vertices = new Map(graphs.flatMap((graph) => [...graph.vertices]));
  const info = new Map<VertexId, VertexInfo>();
  for (const [id, one] of graphs.flatMap((graph) => [...graph.info])) {
    const known = info.get(id);
    if (known === undefined || one.ignoreCache)
      info.set(id, { ...one, ...known, ignoreCache: one.ignoreCache });
  }
  return { vertices, info };
}

/** The vertices that the given ones need, themselves included, inputs before their users. */
export function reachable(
  graph: Graph,
  targets: readonly (VertexId | typeof SCRATCH)[],
): readonly Vertex[] {
  const vertices = (ids: Vertex['inputs']) =>
    ids.flatMap((id) => (id === 'scratch' ? [] : vertexIn(graph, id)));
  return inputsFirst(vertices(targets), ({ inputs }) => vertices(inputs));
}

/** @throws Error for a vertex that the graph does not have */
export function vertexIn({ vertices }: Graph, id: VertexId): Vertex {
  const vertex = vertices.get(id);
  if (vertex === undefined) throw new Error(`the graph has no vertex ${id}`);
  return vertex;
}
