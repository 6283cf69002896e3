/**
 * COPY and ADD. The key covers the content of the selected files, not where they come from: for files of another
 * vertex it is remembered under that vertex's key, for files of a context it is made from what is there now.
 */
import { createHash } from 'node:crypto';
import type { FileTree } from '../../files/index.ts';
import type { CopyOp } from '../../graph/index.ts';
import { opDigest, stableJson } from '../../graph/index.ts';
import { LayerWriter, rememberDiffId } from '../../layers/index.ts';
import {
  type CopyInputs,
  type CopyResult,
  copyDigest,
  copyFiles,
  isLinked,
  type PreparedCopy,
  prepareCopy,
  unknownContent,
} from '../../ops/index.ts';
import type { Keyed, OpDriver, StepContext, VertexResult } from '../../solver/index.ts';
import type { StagedLayer } from '../../store/index.ts';
import type { SourceSession } from '../session/session.ts';
import { keepLayer, withStagedLayer } from './own-layer.ts';

/** From this many unread bytes on, a context's files are packed while they are hashed, not read twice. */
const READ_ONCE_BYTES = 4 << 20;
const READ_ONCE_FILES = 1000;

export function copyDriver(session: SourceSession): OpDriver {
  return {
    recorded: true,
    key: (step) => keyOf(session, step),
    execute: (step) => execute(session, step),
  };
}

function keyOf(session: SourceSession, step: StepContext): Promise<Keyed> {
  const op = copyOp(step);
  const { input } = op.source;
  if (input < 0) return keyOfInline(step, op);
  if (op.source.more !== undefined) return keyOfSeveral(session, step, op);
  const context = contextOf(session, step);
  return context === undefined
    ? keyOfVertex(session, step, op)
    : keyOfContext(session, step, context);
}

/** Here-documents: their content is part of the operation. */
async function keyOfInline(step: StepContext, op: CopyOp): Promise<Keyed> {
  return { key: combine(op, await step.inputs.key(0), '') };
}

/** Sources from several places: each has its digest as if it were copied alone. */
async function keyOfSeveral(session: SourceSession, step: StepContext, op: CopyOp): Promise<Keyed> {
  const { input, paths, more = [], inline } = op.source;
  const parts = [{ input, paths, unpack: op.unpack }, ...more];
  const [below, ...contents] = await Promise.all([
    step.inputs.key(0),
    ...parts.map(({ unpack, ...source }) =>
      contentOf(session, step, { ...op, unpack, source: { ...source, inline: undefined } }),
    ),
  ]);
  const several = { ...op, source: { input, paths: [], inline } };
  const content = contents.join(' ');
  return { key: combine(several, below, content), keyOn: keyOn(several, content) };
}

async function contentOf(session: SourceSession, step: StepContext, op: CopyOp): Promise<string> {
  const { input } = op.source;
  const context = session.contextAt(step.vertex, input);
  if (context !== undefined) {
    return copyDigest(await prepareCopy(op, selecting(session, context, step)), step.signal);
  }
  return step.inputs.contentDigest(input, selectorOf(op), async ({ layers }) => {
    const prepared = await prepareCopy(op, selecting(session, await session.treeOf(layers), step));
    return step.working(() => copyDigest(prepared, step.signal));
  });
}

async function keyOfVertex(session: SourceSession, step: StepContext, op: CopyOp): Promise<Keyed> {
  const [below, content] = await Promise.all([step.inputs.key(0), contentOf(session, step, op)]);
  return { key: combine(op, below, content), keyOn: keyOn(op, content) };
}

async function keyOfContext(
  session: SourceSession,
  step: StepContext,
  context: FileTree,
): Promise<Keyed> {
  const op = copyOp(step);
  const prepared = await prepareCopy(op, selecting(session, context, step));
  const unknown = unknownContent(prepared.selection);
  if (unknown.bytes >= READ_ONCE_BYTES || unknown.files >= READ_ONCE_FILES) {
    return packForKey(session, step, { source: context, prepared });
  }
  const [below, content] = await Promise.all([
    step.inputs.key(0),
    copyDigest(prepared, step.signal),
  ]);
  return { key: combine(op, below, content), keyOn: keyOn(op, content) };
}

/** The live context is not looked at again: its files may have changed. */
function keyOn(op: CopyOp, content: string): Keyed['keyOn'] {
  return async (inputs) => combine(op, await inputs.key(0), content);
}

/** Much has to be read to know the key: the layer is made on the way, and dropped if the cache has it. */
async function packForKey(
  session: SourceSession,
  step: StepContext,
  selected: Omit<PackInputs, 'base'>,
): Promise<Keyed> {
  const base = await step.inputs.result(0);
  const packed = await step.working(() => pack(session, step, { base, ...selected }));
  const { contentDigest } = packed.copied;
  return {
    key: combine(copyOp(step), await step.inputs.key(0), contentDigest),
    keyOn: keyOn(copyOp(step), contentDigest),
    discard: () => packed.staged.discard(),
    execute: (timed) => timed.working(() => keep(session, { base, packed })),
  };
}

async function execute(session: SourceSession, step: StepContext): Promise<VertexResult> {
  const { input, more: further = [] } = copyOp(step).source;
  const [base, source, ...more] = await Promise.all([
    step.inputs.result(0),
    input < 0 ? undefined : treeAt(session, step, input),
    ...further.map((one) => treeAt(session, step, one.input)),
  ]);
  return step.working(async () =>
    keep(session, { base, packed: await pack(session, step, { base, source, more }) }),
  );
}

interface PackInputs {
  readonly base: VertexResult;
  /** Undefined for here-documents. */
  readonly source: FileTree | undefined;
  readonly more?: readonly FileTree[] | undefined;
  /** What is selected, if that is known already. */
  readonly prepared?: PreparedCopy | undefined;
}

interface PackedCopy {
  readonly staged: StagedLayer;
  readonly copied: CopyResult;
}

function pack(
  session: SourceSession,
  step: StepContext,
  { base, ...selected }: PackInputs,
): Promise<PackedCopy> {
  return withStagedLayer(session, async (staged) => {
    const tree = await baseTree(session, step, base);
    const hashTar = session.isExported?.(step.vertex.id);
    using writer = LayerWriter.create(staged.directory, { base: tree, hashTar });
    const copied = await copyFiles(copyOp(step), {
      writer,
      base: tree,
      ...selected,
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
  { base, packed }: { readonly base: VertexResult; readonly packed: PackedCopy },
): Promise<VertexResult> {
  const { copied, staged } = packed;
  const { addedBytes: size, files, warnings } = copied;
  const identity = await copied.tar;
  if (identity !== undefined) rememberDiffId(session.store, staged.id, identity);
  return keepLayer(session, staged, base, { form: 'tar', size, files, times: 'set', warnings });
}

async function treeAt(session: SourceSession, step: StepContext, input: number): Promise<FileTree> {
  const context = session.contextAt(step.vertex, input);
  return context ?? (await session.treeOf((await step.inputs.result(input)).layers));
}

/** With --link the files do not depend on what they are put on: it need not even be here. */
async function baseTree(
  session: SourceSession,
  step: StepContext,
  { layers }: VertexResult,
): Promise<FileTree | undefined> {
  return layers.length === 0 || isLinked(copyOp(step)) ? undefined : await session.treeOf(layers);
}

/** The live context the sources are in, if they are in one. */
function contextOf(session: SourceSession, step: StepContext): FileTree | undefined {
  return session.contextAt(step.vertex, copyOp(step).source.input);
}

/**
 * Selecting for a key does without the file system copied into: an owner's name is covered by the operation
 * together with the key of what it is looked up in.
 */
function selecting(session: SourceSession, source: FileTree, step: StepContext): CopyInputs {
  return { base: undefined, source, now: session.now(), signal: step.signal };
}

/** What of the operation decides which files are selected, and with which metadata. */
function selectorOf({ destination: _, link: __, ...op }: CopyOp): string {
  return stableJson(op);
}

function combine(op: CopyOp, below: string, content: string): string {
  return createHash('sha256')
    .update(`${opDigest(withoutNames(op))}\n${below}\n${content}`)
    .digest('hex');
}

/** The operation as far as the digest of the selected files does not cover it. */
function withoutNames(op: CopyOp): CopyOp {
  if (op.source.inline !== undefined) return op;
  return { ...op, exclude: [], source: { input: op.source.input, paths: [] } };
}

function copyOp(step: StepContext): CopyOp {
  if (step.vertex.op.kind !== 'copy') throw new Error('not a copy');
  return step.vertex.op;
}
