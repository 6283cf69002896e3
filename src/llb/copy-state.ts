/** COPY and ADD as file operations; with --link merged with the file system below. */
import { posix } from 'node:path';
import type { CopyOp, Vertex } from '../graph/index.ts';
import {
  type CopyFacts,
  copyAction,
  fileOp,
  mkfileAction,
  type NextAction,
  ownerOf,
} from './file-op.ts';
import { type LlbNode, type LlbState, NodeInputs } from './node.ts';
import { unlessDefault } from './op.ts';
import type { Translation } from './translation.ts';

export function copyState(
  vertex: Vertex,
  op: CopyOp,
  translation: Translation,
): LlbNode | undefined {
  // BuildKit's frontend makes one operation for each fetched source.
  const trees = op.sources.filter(({ kind }) => kind === 'tree');
  if (translation.isExact && trees.length > 1) return undefined;
  const below = translation.inputOf(vertex, 0);
  if (below === undefined) return undefined;
  const isMerged = translation.merges && op.link && op.mode === undefined;
  const copied = copyOnto(isMerged ? 'scratch' : below, { vertex, op }, translation);
  if (!isMerged || copied === undefined || below === 'scratch') return copied;
  const inputs = new NodeInputs();
  const merged = [below, { ...copied, vertex: undefined }].map((state) => ({
    input: unlessDefault(inputs.add(state)),
  }));
  return { op: { merge: { inputs: merged } }, inputs: inputs.nodes, vertex: vertex.id };
}

interface Copying {
  readonly vertex: Vertex;
  readonly op: CopyOp;
}

function copyOnto(
  below: LlbState,
  { vertex, op }: Copying,
  { inputOf, madeFromNothing }: Translation,
): LlbNode | undefined {
  const inputs = new NodeInputs();
  const base = inputs.add(below);
  const { destination, mode, exclude } = op;
  const owner = op.owner === undefined ? undefined : ownerOf(op.owner, base);
  const common = { destination, owner, mode, exclude };
  const actions: NextAction[] = [];
  for (const one of op.sources) {
    if (one.kind === 'inline') {
      const source = posix.resolve('/', one.name);
      const action = copyAction({ ...common, source, unpack: false, isInline: true });
      const document = madeFromNothing(mkfileAction(source, 0o644, one.content));
      actions.push({ action, source: inputs.add(document) });
      continue;
    }
    const from = inputOf(vertex, one.input);
    if (from === undefined || from === 'scratch') return undefined;
    for (const path of one.paths) {
      const { source, parents } = op.parents ? withParents(path) : plainSource(path);
      const { unpack } = one;
      const action = copyAction({ ...common, source, unpack, parents, isInline: false });
      actions.push({ action, source: inputs.add(from) });
    }
  }
  const file = fileOp(actions, { base, count: inputs.nodes.length });
  return { op: { file }, inputs: inputs.nodes, vertex: vertex.id };
}

type Source = Pick<CopyFacts, 'source' | 'parents'>;

function plainSource(path: string): Source {
  return { source: posix.resolve('/', path) };
}

/** The part before `/./` is copied from; the part after it is the pattern. */
function withParents(path: string): Source {
  const pivot = path.indexOf('/./');
  const [above, below] = pivot < 0 ? ['/', path] : [path.slice(0, pivot), path.slice(pivot + 3)];
  const pattern = posix.resolve('/', below);
  const required = /[*?[\\]/.test(above + pattern) ? undefined : posix.join('/', above, pattern);
  return { source: posix.resolve('/', above), parents: { pattern: pattern.slice(1), required } };
}
