/**
 * From lamina's vertices to BuildKit's keys, by way of BuildKit's operations. A vertex without an exact counterpart
 * there has no key, so it is never found; nor are its dependents.
 */
import type { FileTree } from '../../files/index.ts';
import { type Graph, inputsFirst, type VertexId } from '../../graph/index.ts';
import {
  type LlbExec,
  type LlbFile,
  type LlbNode,
  LlbTranslator,
  sortedBytes,
} from '../../llb/index.ts';
import type { Digest } from '../../oci/index.ts';
import { type CopiedPath, copiedDigest, mountedDigest } from './content-digest.ts';
import {
  type BuildkitInput,
  type BuildkitKey,
  imageKey,
  type KnownImage,
  pathsDigest,
  recordDigest,
} from './keys.ts';
import { execDigests, fileDigest, mergeDigest } from './operation-digests.ts';

export interface BuildFacts {
  readonly graph: Graph;
  /** A context of this machine, by its name. */
  readonly contextOf: (name: string) => FileTree | undefined;
  readonly imageOf: (imageId: Digest) => KnownImage | undefined;
  /** SOURCE_DATE_EPOCH, if given. */
  readonly epoch: number | undefined;
}

export class Operations {
  readonly #facts: BuildFacts;
  readonly #translator: LlbTranslator;
  readonly #keys = new Map<LlbNode, BuildkitKey | undefined>();

  constructor(facts: BuildFacts) {
    const { graph, imageOf, epoch } = facts;
    const isEmptyImage = (id: Digest) => imageOf(id)?.diffIds.length === 0;
    this.#facts = facts;
    this.#translator = new LlbTranslator({ graph, isEmptyImage, epoch });
  }

  /** @returns undefined for steps that BuildKit would make differently */
  keyOf(id: VertexId): BuildkitKey | undefined {
    const state = this.#translator.stateOf(id);
    if (state === undefined || state === 'scratch') return undefined;
    const unknown = (nodes: readonly LlbNode[]) => nodes.filter((node) => !this.#keys.has(node));
    for (const node of inputsFirst(unknown([state]), ({ inputs }) => unknown(inputs))) {
      this.#keys.set(node, this.#make(node));
    }
    return this.#keys.get(state);
  }

  #make(node: LlbNode): BuildkitKey | undefined {
    const { op } = node;
    if ('source' in op) return this.#imageKey(node);
    // No cache has steps that always run again.
    const info = node.vertex && this.#facts.graph.info.get(node.vertex);
    if (info?.ignoreCache === true) return undefined;
    if ('exec' in op) {
      return this.#keyed(execDigests(op.exec, op.platform), this.#execInputs(node, op.exec));
    }
    if ('file' in op) return this.#keyed([fileDigest(op.file)], this.#fileInputs(node, op.file));
    const inputs = node.inputs.map((input) => this.#whole(input));
    return this.#keyed([mergeDigest(op.merge)], inputs);
  }

  #keyed(
    operations: readonly string[],
    inputs: readonly (BuildkitInput | undefined)[],
  ): BuildkitKey | undefined {
    const known = inputs.filter((input) => input !== undefined);
    if (known.length < inputs.length) return undefined;
    return { digests: operations.map((one) => recordDigest(one)), inputs: known };
  }

  #imageKey({ op, vertex }: LlbNode): BuildkitKey | undefined {
    const source = vertex && this.#facts.graph.vertices.get(vertex)?.op;
    if (source?.kind !== 'image' || !('platform' in op) || op.platform === undefined)
      return undefined;
    const image = this.#facts.imageOf(source.imageId);
    return image && imageKey(image, op.platform);
  }

  /** The root, then the mounts; an empty root, or a directory of this machine, is skipped. */
  #execInputs({ inputs }: LlbNode, { mounts }: LlbExec): readonly (BuildkitInput | undefined)[] {
    const [root] = mounts;
    if (root?.input === -1) return [undefined];
    const paths = inputs.map((): string[] => []);
    for (const { input = 0, selector = '/' } of mounts) paths[input]?.push(selector);
    return inputs.map((input, position) => {
      const used = paths[position] ?? [];
      const selector = pathsDigest(used);
      if (position === 0) return this.#whole(input, selector);
      return this.#part(input, selector, (tree) => mountedDigest(tree, used));
    });
  }

  #fileInputs({ inputs }: LlbNode, { actions }: LlbFile): readonly (BuildkitInput | undefined)[] {
    const paths = inputs.map((): CopiedPath[] => []);
    for (const action of actions) {
      if (!('copy' in action)) continue;
      const { src: path, include_patterns: [include] = [] } = action.copy;
      paths[action.secondaryInput]?.push({ path, include });
    }
    const [first] = actions;
    const exclude = (first && 'copy' in first ? first.copy.exclude_patterns : undefined) ?? [];
    return inputs.map((input, position) => {
      if (position === first?.input) return this.#whole(input);
      const used = paths[position] ?? [];
      const selector = pathsDigest(sortedBytes(used.map(({ path }) => path)).reverse());
      return this.#part(input, selector, (tree) => copiedDigest(tree, { paths: used, exclude }));
    });
  }

  #whole(node: LlbNode, selector = ''): BuildkitInput | undefined {
    const key = this.#keys.get(node);
    return key && { key, selector };
  }

  /** Files of an input; those of a directory of this machine are known only by their content. */
  #part(
    node: LlbNode,
    selector: string,
    digest: (tree: FileTree) => Promise<string | undefined>,
  ): BuildkitInput | undefined {
    const vertex = node.vertex && this.#facts.graph.vertices.get(node.vertex);
    if (vertex?.op.kind !== 'context') return this.#whole(node, selector);
    const tree = this.#facts.contextOf(vertex.op.name);
    return tree && { key: undefined, selector, content: () => digest(tree) };
  }
}
