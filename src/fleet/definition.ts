/** A file system as BuildKit's API takes it: every operation encoded, named by its digest, inputs first. */
import { createHash } from 'node:crypto';
import type { SourceLocation } from '../errors.ts';
import type { Graph, VertexId, VertexInfo } from '../graph/index.ts';
import { inputsFirst } from '../graph/index.ts';
import type { EncodableOf } from '../grpc/index.ts';
import type { LlbNode, LlbOp, LlbSource } from '../llb/index.ts';
import { type Definition, Op } from './wire/ops.ts';

/** Limits of the processes of steps, in BuildKit's units. */
export type Resources = NonNullable<
  NonNullable<EncodableOf<typeof Definition>['metadata']>[string]['resources']
>;

export interface DefinitionFacts {
  readonly graph: Graph;
  /** A source as this build has it: the daemon's keys do not depend on what is changed. */
  readonly sourceOf: (source: LlbSource, vertex: VertexId | undefined) => LlbSource;
  readonly resources: Resources | undefined;
}

export interface EncodedDefinition {
  readonly definition: EncodableOf<typeof Definition>;
  /** The vertex of each operation that has one, by the operation's digest. */
  readonly vertexOf: ReadonlyMap<string, VertexId>;
}

/** @param target not the empty file system */
export function encodeDefinition(target: LlbNode, facts: DefinitionFacts): EncodedDefinition {
  const digests = new Map<LlbNode, string>();
  const vertexOf = new Map<string, VertexId>();
  const def: Uint8Array[] = [];
  const metadata: Record<string, object> = {};
  const sources = new SourceTexts();
  for (const node of inputsFirst([target], ({ inputs }) => inputs)) {
    const inputs = node.inputs.map((input) => ({ digest: digests.get(input) ?? '', index: 0 }));
    const bytes = Op.encode({ ...withSource(node, facts), inputs });
    const digest = digestOf(bytes);
    digests.set(node, digest);
    if (digest in metadata) continue;
    def.push(bytes);
    const info = node.vertex === undefined ? undefined : facts.graph.info.get(node.vertex);
    if (node.vertex !== undefined) vertexOf.set(digest, node.vertex);
    metadata[digest] = metadataOf(node, info, facts);
    sources.add(digest, info?.locations.instruction);
  }
  def.push(Op.encode({ inputs: [{ digest: digests.get(target) ?? '', index: 0 }] }));
  return { definition: { def, metadata, source: sources.source() }, vertexOf };
}

function withSource({ op, vertex }: LlbNode, { sourceOf }: DefinitionFacts): LlbOp {
  return 'source' in op ? { ...op, source: sourceOf(op.source, vertex) } : op;
}

function metadataOf(
  { op }: LlbNode,
  info: VertexInfo | undefined,
  { resources }: DefinitionFacts,
): object {
  return {
    // A source that ignores it would make the steps of other stages on it run, too.
    ignoreCache: info?.ignoreCache === true && !('source' in op),
    description: info === undefined ? {} : { 'llb.customname': info.name },
    resources: 'exec' in op ? resources : undefined,
  };
}

/** The texts that operations come from, each once, so that the daemon's own records show lines. */
class SourceTexts {
  readonly #infos: { filename: string; data: Uint8Array; language: string }[] = [];
  readonly #locations: Record<string, { locations: object[] }> = {};

  add(digest: string, location: SourceLocation | undefined): void {
    if (location === undefined) return;
    const { file, text, range } = location;
    let sourceIndex = this.#infos.findIndex(({ filename }) => filename === file);
    if (sourceIndex < 0) {
      const data = Buffer.from(text);
      sourceIndex = this.#infos.push({ filename: file, data, language: 'Dockerfile' }) - 1;
    }
    const start = { line: range.start.line, character: 0 };
    const ranges = [{ start, end: { line: range.end.line, character: 0 } }];
    this.#locations[digest] = { locations: [{ sourceIndex, ranges }] };
  }

  source() {
    return { infos: this.#infos, locations: this.#locations };
  }
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
