/**
 * A cache as BuildKit reads it: layers, each on its parent, and records that refer to one another.
 * https://github.com/moby/buildkit/blob/v0.32.2/cache/remotecache/v1/types/doc.go
 */
import { inputsFirst } from '../../graph/index.ts';
import type { Descriptor, DiffId } from '../../oci/index.ts';
import { type BuildkitInput, type BuildkitKey, contentRecordDigest } from './keys.ts';

export interface SharedLayer {
  readonly descriptor: Descriptor;
  readonly diffId: DiffId;
  /** Milliseconds since the epoch. */
  readonly created: number;
}

export interface SharedStep {
  readonly key: BuildkitKey;
  /** Positions of its result's layers, bottom first. */
  readonly layers: readonly number[];
  /** Milliseconds since the epoch. */
  readonly created: number;
}

export interface SharedSteps {
  readonly steps: readonly SharedStep[];
  readonly layers: readonly SharedLayer[];
  readonly contentOf: (input: BuildkitInput) => string | undefined;
}

interface LayerMember {
  readonly blob: string;
  readonly parent: number;
  readonly annotations: object;
}

interface LinkMember {
  readonly selector?: string;
  readonly link: number;
}

interface RecordMember {
  readonly digest: string;
  readonly layers?: readonly { readonly layer: number; readonly createdAt: string }[];
  readonly inputs?: readonly (readonly LinkMember[])[];
}

export interface BuildkitDocument {
  readonly layers: readonly LayerMember[];
  readonly records: readonly RecordMember[];
}

/** The same steps give the same document. Every layer is in it, also those of no step. */
export function buildkitDocument({ steps, layers, contentOf }: SharedSteps): BuildkitDocument {
  const stacks = new Stacks(layers);
  const records = new Records(contentOf);
  for (const { key, layers: positions, created } of steps) {
    const top = stacks.add(positions);
    records.add(key, top === undefined ? undefined : { layer: top, createdAt: timeOf(created) });
  }
  stacks.addRest();
  return { layers: stacks.members, records: records.members };
}

class Stacks {
  readonly members: LayerMember[] = [];
  readonly #layers: readonly SharedLayer[];
  /** By parent and blob. */
  readonly #known = new Map<string, number>();
  readonly #used = new Set<string>();

  constructor(layers: readonly SharedLayer[]) {
    this.#layers = layers;
  }

  /** @returns the position of the highest layer */
  add(positions: readonly number[]): number | undefined {
    let parent: number | undefined;
    for (const position of positions) {
      const layer = this.#layers[position];
      if (layer !== undefined) parent = this.#member(layer, parent ?? -1);
    }
    return parent;
  }

  addRest(): void {
    for (const layer of this.#layers) {
      if (!this.#used.has(layer.descriptor.digest)) this.#member(layer, -1);
    }
  }

  #member({ descriptor, diffId, created }: SharedLayer, parent: number): number {
    const { digest, mediaType, size } = descriptor;
    const name = `${parent} ${digest}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const annotations = { mediaType, diffID: diffId, size, createdAt: timeOf(created) };
    const position = this.members.push({ blob: digest, parent, annotations }) - 1;
    this.#known.set(name, position);
    this.#used.add(digest);
    return position;
  }
}

type ResultMember = NonNullable<RecordMember['layers']>[number];

class Records {
  readonly members: RecordMember[] = [];
  readonly #contentOf: SharedSteps['contentOf'];
  readonly #contents = new Map<string, number>();
  /** One for each digest that may name the record; none if BuildKit cannot find the key. */
  readonly #positions = new Map<BuildkitKey, readonly number[]>();

  constructor(contentOf: SharedSteps['contentOf']) {
    this.#contentOf = contentOf;
  }

  add(key: BuildkitKey, result: ResultMember | undefined): void {
    const unknown = (keys: readonly BuildkitKey[]) =>
      keys.filter((one) => !this.#positions.has(one));
    const sources = ({ inputs }: BuildkitKey) => inputs.flatMap((input) => input.key ?? []);
    for (const next of inputsFirst(unknown([key]), (one) => unknown(sources(one)))) {
      this.#positions.set(next, this.#make(next));
    }
    if (result === undefined) return;
    for (const position of this.#positions.get(key) ?? []) {
      const member = this.members[position];
      if (member !== undefined) this.members[position] = { ...member, layers: [result] };
    }
  }

  #make({ digests, inputs }: BuildkitKey): readonly number[] {
    const links = inputs.map((input) => this.#links(input));
    if (links.some((one) => one.length === 0)) return [];
    return digests.map((digest) => {
      const member = { digest, ...(links.length > 0 && { inputs: links }) };
      return this.members.push(member) - 1;
    });
  }

  /** By where the files come from, and by what is in them. */
  #links(input: BuildkitInput): readonly LinkMember[] {
    const { key, selector } = input;
    const sources = key === undefined ? [] : (this.#positions.get(key) ?? []);
    const links = sources.map((link) => (selector === '' ? { link } : { selector, link }));
    const content = this.#contentOf(input);
    return content === undefined ? links : [...links, { link: this.#content(content) }];
  }

  #content(content: string): number {
    const known = this.#contents.get(content);
    if (known !== undefined) return known;
    const position = this.members.push({ digest: contentRecordDigest(content) }) - 1;
    this.#contents.set(content, position);
    return position;
  }
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
