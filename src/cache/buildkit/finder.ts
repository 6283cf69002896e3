/**
 * Steps of a build in a cache that BuildKit exported. A record stands for a step when it has the digest of the step's
 * operation and its inputs stand for the step's: whatever cannot be told exactly stands for nothing.
 */
import { posix } from 'node:path';
import type { FileTree } from '../../files/index.ts';
import {
  type CopyOp,
  type Graph,
  type ImageOp,
  SCRATCH,
  type Vertex,
  type VertexId,
} from '../../graph/index.ts';
import { hostPlatform } from '../../oci/index.ts';
import type { LayerMeta } from '../../store/index.ts';
import type { BuildkitConfig, BuildkitRecord } from './config.ts';
import { contextDigest } from './content.ts';
import {
  copyDigest,
  execDigests,
  firstOutput,
  imageDigests,
  type KnownImage,
  mkdirDigest,
  selectorOf,
  slowKey,
} from './operations.ts';

/** The build whose steps are looked for. */
export interface SoughtBuild {
  readonly graph: Graph;
  readonly imageOf: (op: ImageOp) => KnownImage | undefined;
  /** The build context or named context behind an input; undefined: it is none. */
  readonly contextAt: (vertex: Vertex, input: number) => FileTree | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface FoundStep {
  /** Positions of layers of the cache, bottom first. */
  readonly layers: readonly number[];
  /** What becomes of the times of each. */
  readonly times: readonly LayerMeta['times'][];
  /** Milliseconds since the epoch. */
  readonly created: number;
}

type Positions = ReadonlySet<number>;
const NONE: Positions = new Set();

export class BuildkitFinder {
  readonly #config: BuildkitConfig;
  readonly #build: SoughtBuild;
  readonly #byDigest: ReadonlyMap<string, readonly number[]>;
  readonly #found = new Map<VertexId, Promise<Positions>>();

  constructor(config: BuildkitConfig, build: SoughtBuild) {
    this.#config = config;
    this.#build = build;
    const byDigest = new Map<string, number[]>();
    for (const [position, { digest }] of config.records.entries()) {
      byDigest.set(digest, [...(byDigest.get(digest) ?? []), position]);
    }
    this.#byDigest = byDigest;
  }

  /** The latest result of a step. */
  async find(id: VertexId): Promise<FoundStep | undefined> {
    const times = this.#timesOf(id);
    if (times === undefined) return undefined;
    const records = [...(await this.#matches(id))].flatMap(
      (position) => this.#config.records[position] ?? [],
    );
    const results = records
      .flatMap((record) => record.results)
      .filter(({ layers }) => layers.length === times.length)
      .sort((a, b) => b.created - a.created);
    const [latest] = results;
    return latest && { ...latest, times };
  }

  /** One layer for each step on the way down; undefined where it is not so simple. */
  #timesOf(id: VertexId): readonly LayerMeta['times'][] | undefined {
    const vertex = this.#build.graph.vertices.get(id);
    if (vertex === undefined) return undefined;
    const { op } = vertex;
    if (op.kind === 'image') return this.#build.imageOf(op)?.layers.map(() => 'keep');
    if (op.kind !== 'exec' && op.kind !== 'mkdir' && op.kind !== 'copy') return undefined;
    const [base] = vertex.inputs;
    const below = base === undefined || base === SCRATCH ? undefined : this.#timesOf(base);
    return below && [...below, op.kind === 'exec' ? 'clamp' : 'set'];
  }

  #matches(id: VertexId | typeof SCRATCH | undefined): Promise<Positions> {
    if (id === undefined || id === SCRATCH) return Promise.resolve(NONE);
    const known = this.#found.get(id) ?? this.#match(id);
    this.#found.set(id, known);
    return known;
  }

  async #match(id: VertexId): Promise<Positions> {
    const { graph } = this.#build;
    const vertex = graph.vertices.get(id);
    if (vertex === undefined) return NONE;
    const { op } = vertex;
    const platform = graph.info.get(id)?.platform ?? hostPlatform();
    switch (op.kind) {
      case 'image': {
        const image = this.#build.imageOf(op);
        const digests = image === undefined ? [] : imageDigests(image, platform);
        return new Set(digests.flatMap((digest) => [...this.#roots(firstOutput(digest))]));
      }
      case 'exec':
        return this.#above(this.#known(execDigests(op, platform)), [await this.#whole(vertex)]);
      case 'mkdir':
        return this.#above(mkdirDigest(op), [await this.#whole(vertex)]);
      case 'copy':
        return this.#copied(vertex, op);
      default:
        return NONE;
    }
  }

  #known(operations: readonly string[]): string | undefined {
    return operations.find((operation) => this.#byDigest.has(firstOutput(operation)));
  }

  async #copied(vertex: Vertex, op: CopyOp): Promise<Positions> {
    const { input, paths, inline, more } = op.source;
    if (inline !== undefined || more !== undefined) return NONE;
    if (paths.some((path) => /[*?[\\]/.test(path))) return NONE;
    // Absolute, so that nothing leads out, then without slashes at its ends.
    const inside = paths.map((path) => posix.join('/', path).replace(/^\/|\/$/g, ''));
    const digest = copyDigest(op, inside);
    if (digest === undefined || !this.#byDigest.has(firstOutput(digest))) return NONE;
    const below = await this.#whole(vertex);
    return this.#above(digest, [below, await this.#source(vertex, input, inside)]);
  }

  async #source(vertex: Vertex, input: number, paths: readonly string[]): Promise<Input> {
    const tree = this.#build.contextAt(vertex, input);
    if (tree === undefined) {
      const positions = await this.#matches(vertex.inputs[input]);
      const selector = selectorOf(...paths.map((path) => `/${path}`));
      return { positions, selectors: [selector] };
    }
    const { signal } = this.#build;
    const content = await contextDigest({ tree, signal }, paths.map(latin1));
    return {
      positions: content === undefined ? NONE : this.#roots(slowKey(content)),
      selectors: [''],
    };
  }

  async #whole({ inputs }: Vertex): Promise<Input> {
    return { positions: await this.#matches(inputs[0]), selectors: ['', selectorOf('/')] };
  }

  #roots(digest: string): Positions {
    const records = this.#byDigest.get(digest) ?? [];
    return new Set(records.filter((at) => this.#config.records[at]?.inputs.length === 0));
  }

  #above(operation: string | undefined, inputs: readonly Input[]): Positions {
    if (operation === undefined) return NONE;
    const records = this.#byDigest.get(firstOutput(operation)) ?? [];
    const fits = (record: BuildkitRecord | undefined) =>
      record?.inputs.length === inputs.length &&
      inputs.every(({ positions, selectors }, at) =>
        record.inputs[at]?.some(
          ({ link, selector }) => positions.has(link) && selectors.includes(selector),
        ),
      );
    return new Set(records.filter((at) => fits(this.#config.records[at])));
  }
}

interface Input {
  readonly positions: Positions;
  readonly selectors: readonly string[];
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}
