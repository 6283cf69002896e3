/** Graphs as bytes: canonical JSON, so equal graphs give equal bytes. */
import { stableJson } from './cache-key.ts';
import { reachable, vertexId } from './definition.ts';
import { decodeInfo, encodeInfo, SourceTexts, sourceText } from './info-shapes.ts';
import { inputsNamedBy, op } from './op-shapes.ts';
import { integer, invalidGraph, list, matching, record, type Shape } from './shapes.ts';
import { type Graph, SCRATCH, type Vertex, type VertexId, type VertexInfo } from './vertex.ts';

/** Raised when earlier encodings cannot be read any more. */
const VERSION = 1;

/**
 * Encodes a graph with the infos of its vertices, inputs before their users.
 *
 * @throws Error for a graph that lacks an input, or the description of a vertex
 */
export function encodeGraph(graph: Graph): Uint8Array {
  const texts = new SourceTexts();
  const vertices = reachable(graph, [...graph.vertices.keys()].sort()).map(
    ({ id, op: one, inputs }) => {
      const info = graph.info.get(id);
      if (info === undefined) throw new Error(`the graph says nothing of vertex ${id}`);
      return { id, op: one, inputs, info: encodeInfo(info, texts) };
    },
  );
  return Buffer.from(stableJson({ version: VERSION, sources: texts.all, vertices }));
}

interface EncodedVertex {
  readonly id: VertexId;
  readonly op: unknown;
  readonly inputs: Vertex['inputs'];
  readonly info: unknown;
}

const id: Shape<VertexId> = matching(
  (value): value is VertexId => /^sha256:[0-9a-f]{64}$/.test(value),
  'the digest of a vertex',
);

const encodedGraph = record<{
  readonly version: number;
  readonly sources: readonly { readonly file: string; readonly text: string }[];
  readonly vertices: readonly EncodedVertex[];
}>({
  version: integer,
  sources: list(sourceText),
  vertices: list(
    record<EncodedVertex>({
      id,
      op: (value) => value,
      inputs: list((value, at) => (value === SCRATCH ? SCRATCH : id(value, at))),
      info: (value) => value,
    }),
  ),
});

/**
 * Decodes a graph. Each vertex must match its digest, and its inputs come before it, so there is no cycle.
 *
 * @throws AppError GRAPH_INVALID for another version, an unknown kind, an unknown member, a missing input, a cycle, a
 *   wrong digest
 */
export function decodeGraph(bytes: Uint8Array): Graph {
  const { version, sources, vertices: encoded } = encodedGraph(parse(bytes), 'graph');
  if (version !== VERSION) throw invalidGraph('graph.version', `is ${version}, not ${VERSION}`);
  const all = new Set(encoded.map((one) => one.id));
  const vertices = new Map<VertexId, Vertex>();
  const info = new Map<VertexId, VertexInfo>();
  for (const [position, one] of encoded.entries()) {
    const at = `graph.vertices[${position}]`;
    const vertex = { id: one.id, op: op(one.op, `${at}.op`), inputs: one.inputs };
    checkInputs(vertex, at, { known: vertices, all });
    if (vertexId(vertex.op, vertex.inputs) !== vertex.id) {
      throw invalidGraph(`${at}.id`, 'is not the digest of the vertex');
    }
    if (vertices.has(vertex.id)) throw invalidGraph(at, 'already exists');
    vertices.set(vertex.id, vertex);
    info.set(vertex.id, decodeInfo(one.info, `${at}.info`, sources));
  }
  return { vertices, info };
}

interface Around {
  readonly known: ReadonlyMap<VertexId, Vertex>;
  readonly all: ReadonlySet<VertexId>;
}

function checkInputs({ op: one, inputs }: Vertex, at: string, { known, all }: Around): void {
  for (const [position, input] of inputs.entries()) {
    if (input === SCRATCH || known.has(input)) continue;
    const problem = all.has(input) ? 'depends on itself or on a later vertex' : 'is missing';
    throw invalidGraph(`${at}.inputs[${position}]`, problem);
  }
  const absent = inputsNamedBy(one).find((position) => inputs[position] === undefined);
  if (absent !== undefined) throw invalidGraph(`${at}.op`, `names an input ${absent} it has not`);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw invalidGraph('the text', 'is not JSON');
  }
}
