/**
 * COPY and ADD. The key covers the content of the selected files, not their source: for files of another vertex it is
 * remembered under that vertex's key; for files of a context it is made from the current files.
 */
import type { FileTree } from '../../files/index.ts';
import type { CopyOp } from '../../graph/index.ts';
import { cacheKey, SCRATCH } from '../../graph/index.ts';
import { LayerWriter, noteTar, rememberDiffId } from '../../layers/index.ts';
import { type CopyResult, copyFiles, isLinked } from '../../ops/index.ts';
import type { Keyed, OpDriver, StepContext, VertexResult } from '../../solver/index.ts';
import type { StagedLayer } from '../../store/index.ts';
import type { SourceSession } from '../session/session.ts';
import { CopySources, type PackFiles } from './copy-sources.ts';
import { earlierCopy, rememberCopy } from './earlier-copy.ts';
import { keepLayer, withStagedLayer } from './own-layer.ts';

/** What a COPY that sees no file system below is packed on. */
const EMPTY = { layers: [] } as const;

export function copyDriver(session: SourceSession): OpDriver {
  return {
    recorded: true,
    key: (step) => keyOf(session, step),
    execute: (step) => execute(session, step, sourcesOf(session, step)),
  };
}

async function keyOf(session: SourceSession, step: StepContext): Promise<Keyed> {
  const sources = sourcesOf(session, step);
  if (await sources.arePackedForKey()) return packForKey(session, step, sources);
  let packed: PackedCopy | undefined;
  const packNow: PackFiles = async () => {
    packed = await step.working(() => pack(session, step, { base: EMPTY, sources }));
    return packed.copied.copied;
  };
  const needsBase = step.vertex.inputs[0] !== SCRATCH && !isLinked(copyOp(step));
  const [below, content] = await Promise.all([
    step.inputs.key(0),
    sources.digests(needsBase ? undefined : packNow),
  ]);
  const keyed = {
    key: keyFor(copyOp(step), below, content),
    content,
    keyOn: keyOn(copyOp(step), content),
  };
  const made = packed;
  if (made === undefined) {
    return {
      ...keyed,
      discard: async () => sources.drop(),
      execute: (timed) => execute(session, timed, sources),
    };
  }
  sources.drop();
  return {
    ...keyed,
    discard: () => made.staged.discard(),
    execute: async (timed) => {
      const base = await timed.inputs.result(0);
      return timed.working(() => keep(session, timed, { base, packed: made }));
    },
  };
}

/** The live context is not read again: its files may have changed. */
function keyOn(op: CopyOp, content: readonly string[]): Keyed['keyOn'] {
  return async (inputs) => keyFor(op, await inputs.key(0), content);
}

/** The key needs much reading: the layer is made at the same time, and dropped if the cache has it. */
async function packForKey(
  session: SourceSession,
  step: StepContext,
  sources: CopySources,
): Promise<Keyed> {
  const base = await step.inputs.result(0);
  const packed = await step.working(() => pack(session, step, { base, sources }));
  const content = await sources.digestsOf(packed.copied.copied);
  sources.drop();
  return {
    key: keyFor(copyOp(step), await step.inputs.key(0), content),
    content,
    keyOn: keyOn(copyOp(step), content),
    discard: () => packed.staged.discard(),
    execute: (timed) => timed.working(() => keep(session, timed, { base, packed })),
  };
}

async function execute(
  session: SourceSession,
  step: StepContext,
  sources: CopySources,
): Promise<VertexResult> {
  const [base] = await Promise.all([step.inputs.result(0), sources.all()]);
  return step.working(async () => {
    const packed = await pack(session, step, { base, sources });
    sources.drop();
    return keep(session, step, { base, packed });
  });
}

interface PackInputs {
  readonly base: Pick<VertexResult, 'layers'>;
  readonly sources: CopySources;
}

interface PackedCopy {
  readonly staged: StagedLayer;
  readonly copied: CopyResult;
}

function pack(
  session: SourceSession,
  step: StepContext,
  { base, sources }: PackInputs,
): Promise<PackedCopy> {
  return withStagedLayer(session, async (staged) => {
    const tree = await baseTree(session, step, base);
    const hashTar = session.isExported?.(step.vertex.id);
    const op = copyOp(step);
    using earlier = earlierCopy(session, step, op);
    using writer = LayerWriter.create(staged.directory, { base: tree, hashTar, earlier });
    const copied = await copyFiles(op, {
      writer,
      base: tree,
      selected: await sources.all(),
      kept: sources.kept,
      now: session.now(),
      signal: step.signal,
      temporaryDirectory: staged.directory,
      unpackLimit: session.store.unpackLimit,
    });
    return { staged, copied };
  });
}

async function keep(
  session: SourceSession,
  step: StepContext,
  { base, packed }: { readonly base: VertexResult; readonly packed: PackedCopy },
): Promise<VertexResult> {
  const { copied, staged } = packed;
  const { addedBytes: size, files, warnings } = copied;
  const identity = await copied.tar;
  if (identity !== undefined) rememberDiffId(session.store, staged.id, identity);
  const layer = { form: 'tar', size, files, times: 'set', warnings } as const;
  const result = await keepLayer(session, staged, base, layer);
  if (identity !== undefined) noteTar(session.store, staged.id, identity);
  rememberCopy(session, step, { op: copyOp(step), layer: staged.id });
  return result;
}

/** With --link the files do not depend on the file system below, which may be lazy. */
async function baseTree(
  session: SourceSession,
  step: StepContext,
  { layers }: Pick<VertexResult, 'layers'>,
): Promise<FileTree | undefined> {
  return layers.length === 0 || isLinked(copyOp(step)) ? undefined : await session.treeOf(layers);
}

function keyFor(op: CopyOp, below: string, content: readonly string[]): string {
  return cacheKey({ op: keyedPart(op), inputs: [below], content });
}

/** The operation without the names of files, which the digests of the selection cover. */
function keyedPart(op: CopyOp): CopyOp {
  const sources = op.sources.map((source) =>
    source.kind === 'tree' ? { ...source, paths: [] } : source,
  );
  return { ...op, exclude: [], sources };
}

function sourcesOf(session: SourceSession, step: StepContext): CopySources {
  return new CopySources(session, step, copyOp(step));
}

function copyOp(step: StepContext): CopyOp {
  if (step.vertex.op.kind !== 'copy') throw new Error('not a copy');
  return step.vertex.op;
}
