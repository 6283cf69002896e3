/** The results of a build, for other stores. */
import type { Vertex, VertexId, VertexInfo } from '../graph/index.ts';
import type { CacheRecord } from '../store/index.ts';
import type { OpDriver, StepContext, VertexResult } from './driver.ts';
import { contentName, type KnownIdentity, UnforcedKeys } from './unforced-keys.ts';

/** Under keys of a build that forces nothing. */
export interface PortableResults {
  /** By key. */
  readonly records: ReadonlyMap<string, CacheRecord>;
  /** Digests of files of results, by their keys. */
  readonly contents: ReadonlyMap<string, string>;
  /** The key of each recorded vertex. */
  readonly keys: ReadonlyMap<VertexId, string>;
}

/** A digest that a step has requested. */
export interface AskedContent {
  readonly input: Vertex['inputs'][number];
  readonly selector: string;
  readonly digest: string;
}

/** The state of a solver. */
export interface SolvedVertices {
  readonly driverOf: (vertex: Vertex) => OpDriver;
  readonly stepOf: (id: VertexId) => StepContext;
  readonly identities: ReadonlyMap<
    VertexId,
    Promise<KnownIdentity & { readonly result?: VertexResult | undefined }>
  >;
  /** Of vertices whose layers were requested. */
  readonly results: ReadonlyMap<VertexId, Promise<VertexResult>>;
  readonly asked: readonly AskedContent[];
}

export async function portableResults(solved: SolvedVertices): Promise<PortableResults> {
  const { driverOf, stepOf, identities, results, asked } = solved;
  const identityOf = (id: VertexId) => identities.get(id);
  const keys = new UnforcedKeys({ driverOf, stepOf, identityOf });
  const records = new Map<string, CacheRecord>();
  const recorded = new Map<VertexId, string>();
  for (const [id, identity] of identities) {
    const { info, vertex } = stepOf(id);
    const result = (await identity).result ?? (await results.get(id));
    if (result === undefined || !driverOf(vertex).recorded) continue;
    const key = await keys.of(id);
    recorded.set(id, key);
    records.set(key, { description: descriptionOf(info), ...result, outputKey: key });
  }
  const contents = new Map<string, string>();
  for (const { input, selector, digest } of asked) {
    contents.set(contentName(await keys.of(input), selector), digest);
  }
  return { records, contents, keys: recorded };
}

/** The part of a record that is shown to people. */
export function descriptionOf({ instruction, name }: VertexInfo): string {
  return instruction ?? name;
}
