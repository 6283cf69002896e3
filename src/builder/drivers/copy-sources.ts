/**
 * The sources of one COPY or ADD. The files selected for the key are the ones that are copied; sources with a
 * remembered digest are selected only when they are copied.
 */
import type { FileTree } from '../../files/index.ts';
import type { CopyOp, TreeSource, Vertex } from '../../graph/index.ts';
import { copySelection, sourcesBefore } from '../../graph/index.ts';
import {
  type KeptFile,
  type ReadFile,
  type SelectedFile,
  type SelectedFiles,
  selectFiles,
  selectInline,
  selectionDigest,
  unknownContent,
} from '../../ops/index.ts';
import type { StepContext } from '../../solver/index.ts';
import type { SourceSession } from '../session/session.ts';
import { rememberedDigest } from './remembered-digest.ts';

/** From this many unread bytes, a context's files are packed while they are hashed, not kept in memory. */
const KEPT_BYTES = 4 << 20;
const KEPT_FILES = 1000;

/** The parts of a `SourceSession` that selecting needs. */
interface CopySession extends Pick<SourceSession, 'treeOf' | 'now' | 'onListed'> {
  readonly contextAt: (vertex: Vertex, input: number) => FileTree | undefined;
}

type CopyStep = Pick<StepContext, 'vertex' | 'inputs' | 'working' | 'signal'>;

export class CopySources {
  /** Contents of a context, read for the key. */
  readonly kept = new Map<SelectedFile, KeptFile>();
  readonly #session: CopySession;
  readonly #step: CopyStep;
  readonly #op: CopyOp;
  readonly #trees: readonly TreeSource[];
  readonly #selected = new Map<TreeSource, Promise<SelectedFiles>>();

  constructor(session: CopySession, step: CopyStep, op: CopyOp) {
    this.#session = session;
    this.#step = step;
    this.#op = op;
    this.#trees = op.sources.filter((source) => source.kind === 'tree');
  }

  /** Whether all files come from contexts, with so many unread bytes that they are read only once, while packed. */
  async arePackedForKey(): Promise<boolean> {
    if (this.#trees.length === 0 || !this.#trees.every((source) => this.#isContext(source))) {
      return false;
    }
    const all = await Promise.all(this.#trees.map((source) => this.#select(source)));
    const unknown = all.map(unknownContent);
    const sum = (counted: 'bytes' | 'files') => unknown.reduce((n, one) => n + one[counted], 0);
    return sum('bytes') >= KEPT_BYTES || sum('files') >= KEPT_FILES;
  }

  /** Digests of the selection of each tree, in order. */
  digests(): Promise<readonly string[]> {
    return Promise.all(this.#trees.map((source) => this.#digest(source)));
  }

  /** The same digests from the copied files. */
  async digestsOf(read: ReadonlyMap<SelectedFile, ReadFile>): Promise<readonly string[]> {
    const { signal } = this.#step;
    const { onListed } = this.#session;
    const digest = async (source: TreeSource) =>
      selectionDigest(await this.#select(source), { read, onListed, signal });
    return Promise.all(this.#trees.map(digest));
  }

  /** The files to copy, one selection for each source of the operation. */
  all(): Promise<readonly SelectedFiles[]> {
    const { mode } = this.#op;
    const now = this.#session.now();
    return Promise.all(
      this.#op.sources.map((source) => {
        if (source.kind === 'tree') return this.#select(source);
        return selectInline(source, { mode, now, before: sourcesBefore(this.#op, source) });
      }),
    );
  }

  /** Releases the contents in memory. */
  drop(): void {
    this.kept.clear();
    this.#selected.clear();
  }

  async #digest(source: TreeSource): Promise<string> {
    const { signal } = this.#step;
    if (this.#isContext(source)) {
      const { onListed } = this.#session;
      return selectionDigest(await this.#select(source), { keep: this.kept, onListed, signal });
    }
    return rememberedDigest(this.#session, this.#step, {
      input: source.input,
      selection: copySelection(this.#op, source),
      select: () => this.#select(source),
    });
  }

  #isContext({ input }: TreeSource): boolean {
    return this.#session.contextAt(this.#step.vertex, input) !== undefined;
  }

  #select(source: TreeSource): Promise<SelectedFiles> {
    const known = this.#selected.get(source);
    if (known !== undefined) return known;
    const selected = this.#selectNow(source);
    this.#selected.set(source, selected);
    return selected;
  }

  async #selectNow(source: TreeSource): Promise<SelectedFiles> {
    const { vertex, inputs, signal } = this.#step;
    const tree =
      this.#session.contextAt(vertex, source.input) ??
      (await this.#session.treeOf((await inputs.result(source.input)).layers));
    const before = sourcesBefore(this.#op, source);
    return selectFiles(tree, copySelection(this.#op, source), { before, signal });
  }
}
