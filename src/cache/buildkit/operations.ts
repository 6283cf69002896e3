/**
 * From lamina's vertices to BuildKit's keys. What has no exact counterpart there has no key, so it is never found; nor is
 * what stands on it.
 */
import { posix } from 'node:path';
import type { FileTree } from '../../files/index.ts';
import type { CopyOp, ExecOp, Graph, Vertex, VertexId } from '../../graph/index.ts';
import { type Digest, hostPlatform } from '../../oci/index.ts';
import { execKey, type TakenAlong } from './exec-key.ts';
import { FileInputs } from './file-inputs.ts';
import {
  type CopyFacts,
  copyAction,
  type FileAction,
  mkdirAction,
  ownerOf,
} from './file-operations.ts';
import {
  type BuildkitKey,
  documentKey,
  imageKey,
  type KnownImage,
  mergeKey,
  type Origin,
} from './keys.ts';

export interface BuildFacts {
  readonly graph: Graph;
  /** A context of this machine, by its name. */
  readonly contextOf: (name: string) => FileTree | undefined;
  readonly imageOf: (imageId: Digest) => KnownImage | undefined;
  /** SOURCE_DATE_EPOCH, where it was given. */
  readonly epoch: number | undefined;
}

type Input = Vertex['inputs'][number];

export class Operations {
  readonly #facts: BuildFacts;
  readonly #origins = new Map<VertexId, Origin | undefined>();

  constructor(facts: BuildFacts) {
    this.#facts = facts;
  }

  /** @returns undefined for what BuildKit would not make in the same way */
  keyOf(id: VertexId): BuildkitKey | undefined {
    const origin = this.originOf(id);
    return origin?.kind === 'key' ? origin.key : undefined;
  }

  originOf(input: Input): Origin | undefined {
    if (input === 'scratch') return { kind: 'nothing' };
    if (!this.#origins.has(input)) {
      for (const id of this.#below(input)) this.#origins.set(id, this.#make(this.#vertex(id)));
    }
    return this.#origins.get(input);
  }

  /** What a vertex needs, itself last: a thousand stages one on the other are no thousand calls one in the other. */
  #below(target: VertexId): readonly VertexId[] {
    const found = new Set<VertexId>();
    const open = [target];
    for (let id = open.at(-1); id !== undefined; id = open.at(-1)) {
      const missing = this.#vertex(id).inputs.filter(
        (input): input is VertexId =>
          input !== 'scratch' && !found.has(input) && !this.#origins.has(input),
      );
      if (missing.length > 0) open.push(...missing);
      else {
        open.pop();
        found.add(id);
      }
    }
    return [...found];
  }

  /** What is made anew whatever the cache says is known to no cache, nor is what stands on it. */
  #make(vertex: Vertex): Origin | undefined {
    const { op, id } = vertex;
    if (this.#facts.graph.info.get(id)?.ignoreCache === true && op.kind !== 'image')
      return undefined;
    switch (op.kind) {
      case 'image':
        return this.#image(vertex, op.imageId);
      case 'context': {
        const tree = this.#facts.contextOf(op.name);
        return tree && { kind: 'context', tree };
      }
      case 'mkdir':
        return this.#mkdir(vertex, op.path, op.owner);
      case 'copy':
        return this.#copy(vertex, op);
      case 'exec':
        return this.#exec(vertex, op);
      case 'http':
      case 'git':
        return undefined;
    }
  }

  /** An image without layers is as good as nothing. */
  #image({ id }: Vertex, imageId: Digest): Origin | undefined {
    const image = this.#facts.imageOf(imageId);
    const platform = this.#facts.graph.info.get(id)?.platform ?? hostPlatform();
    if (image === undefined) return undefined;
    if (image.diffIds.length === 0) return { kind: 'nothing' };
    return { kind: 'key', key: imageKey(image, platform) };
  }

  #mkdir(vertex: Vertex, path: string, owner: string | undefined): Origin | undefined {
    const inputs = new FileInputs();
    const base = inputs.base(this.#input(vertex, 0));
    if (base === undefined) return undefined;
    const value = mkdirAction({
      ...{ path, mode: 0o755, makesParents: true, time: this.#facts.epoch },
      owner: owner === undefined ? undefined : ownerOf(owner, base),
    });
    return inputs.finish([{ value, source: -1 }], base);
  }

  #copy(vertex: Vertex, op: CopyOp): Origin | undefined {
    if (op.source.more !== undefined) return undefined;
    const below = this.#input(vertex, 0);
    if (below === undefined) return undefined;
    const isMerged = op.link && op.mode === undefined;
    const copied = this.#copyOnto(isMerged ? { kind: 'nothing' } : below, vertex, op);
    if (!isMerged || copied === undefined || below.kind === 'nothing') return copied;
    if (below.kind !== 'key' || copied.kind !== 'key') return undefined;
    return { kind: 'key', key: mergeKey([below.key, copied.key]) };
  }

  #copyOnto(below: Origin, vertex: Vertex, op: CopyOp): Origin | undefined {
    const { input, paths, inline = [] } = op.source;
    const inputs = new FileInputs(op.exclude);
    const base = inputs.base(below);
    if (base === undefined) return undefined;
    const { destination, mode, unpack, exclude } = op;
    const owner = op.owner === undefined ? undefined : ownerOf(op.owner, base);
    const actions: FileAction[] = [];
    const from = paths.length === 0 ? undefined : this.#input(vertex, input);
    for (const path of paths) {
      if (from === undefined || from.kind === 'nothing') return undefined;
      const { source, parents } = op.parents ? withParents(path) : plainSource(path);
      const value = copyAction({
        ...{ source, destination, owner, mode, unpack, exclude, parents },
        isInline: false,
      });
      const place = inputs.source(from, { path: source, include: parents?.pattern });
      actions.push({ value, source: place });
    }
    for (const { name, content } of inline) {
      const source = posix.resolve('/', name);
      const value = copyAction({
        ...{ source, destination, owner, mode, unpack: false, exclude },
        isInline: true,
      });
      const document = { kind: 'key', key: documentKey(source, 0o644, content) } as const;
      const place = inputs.source(document, { path: source });
      actions.push({ value, source: place });
    }
    return inputs.finish(actions, base);
  }

  #exec(vertex: Vertex, op: ExecOp): Origin | undefined {
    const { platform, asWritten } = this.#facts.graph.info.get(vertex.id) ?? {};
    const root = this.#input(vertex, 0);
    if (asWritten === undefined || platform === undefined || root?.kind !== 'key') return undefined;
    const key = execKey(op, {
      ...{ root, asWritten, platform },
      originAt: (index) => this.#input(vertex, index),
      takenAlong: (index) => this.#takenAlong(vertex, index),
    });
    return key && { kind: 'key', key };
  }

  /** What the files of a mount were taken from, and which. */
  #takenAlong(vertex: Vertex, index: number): TakenAlong | undefined {
    const id = vertex.inputs[index];
    if (id === undefined || id === 'scratch') return undefined;
    const taken = this.#vertex(id);
    if (taken.op.kind !== 'copy' || taken.op.keepsTop !== true) return undefined;
    const origin = this.#input(taken, 1);
    const [path] = taken.op.source.paths;
    if (origin === undefined || path === undefined) return undefined;
    return { origin, path: posix.resolve('/', path.replace(/\\(.)/g, '$1')) };
  }

  #input({ inputs }: Vertex, index: number): Origin | undefined {
    const input = inputs[index];
    return input && this.originOf(input);
  }

  #vertex(id: VertexId): Vertex {
    const vertex = this.#facts.graph.vertices.get(id);
    if (vertex === undefined) throw new Error(`the graph has no vertex ${id}`);
    return vertex;
  }
}

interface CopySourceFacts {
  /** Absolute. */
  readonly source: string;
  readonly parents?: CopyFacts['parents'];
}

function plainSource(path: string): CopySourceFacts {
  return { source: posix.resolve('/', path) };
}

/** What is before `/./` is copied from, what is after it is what of it. */
function withParents(path: string): CopySourceFacts {
  const pivot = path.indexOf('/./');
  const [above, below] = pivot < 0 ? ['/', path] : [path.slice(0, pivot), path.slice(pivot + 3)];
  const pattern = posix.resolve('/', below);
  const required = /[*?[\\]/.test(above + pattern) ? undefined : posix.join('/', above, pattern);
  return { source: posix.resolve('/', above), parents: { pattern: pattern.slice(1), required } };
}
