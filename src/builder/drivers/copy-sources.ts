/**
 * The sources of one COPY or ADD. The files selected for the key are the ones that are copied; sources with a
 * remembered digest are selected only when they are copied.
 */
import type { ContextTree } from '../../context/index.ts';
import {
  type BytePath,
  cleanPath,
  type FileTree,
  hasWildcard,
  type TreeDigest,
  toBytes,
} from '../../files/index.ts';
import {
  type CopyOp,
  copySelection,
  type FileSelection,
  sourcesBefore,
  stableJson,
  type TreeSource,
  type Vertex,
} from '../../graph/index.ts';
import {
  KeptFiles,
  type ReadFiles,
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
interface CopySession extends Pick<SourceSession, 'treeOf' | 'now' | 'onListed' | 'isListed'> {
  readonly contextAt: (vertex: Vertex, input: number) => CopyContext | undefined;
}

type CopyContext = FileTree & Pick<ContextTree, 'knownSelection' | 'rememberSelection'>;

type CopyStep = Pick<StepContext, 'vertex' | 'inputs' | 'working' | 'signal'>;

/** Packs the files of the operation. @returns those that were read */
export type PackFiles = () => Promise<ReadFiles>;

export class CopySources {
  /** Contents of a context, read for the key. */
  readonly kept = new KeptFiles();
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
    if (this.#trees.every((source) => this.#known(source) !== undefined)) return false;
    return isMuch(await Promise.all(this.#trees.map((source) => this.#select(source))));
  }

  /**
   * Digests of the selection of each tree, in order.
   *
   * @param pack packs the files and returns what was read; called if all are of one other step, and many of them would be
   * read only for their digest
   */
  digests(pack?: PackFiles): Promise<readonly string[]> {
    return Promise.all(this.#trees.map((source) => this.#digest(source, pack)));
  }

  /** The same digests from the copied files. */
  async digestsOf(read: ReadFiles): Promise<readonly string[]> {
    const { signal } = this.#step;
    const { onListed } = this.#session;
    const digest = async (source: TreeSource) => {
      const options = { read, onListed, signal };
      return this.#remember(source, await selectionDigest(await this.#select(source), options));
    };
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

  async #digest(source: TreeSource, pack: PackFiles | undefined): Promise<string> {
    const { signal } = this.#step;
    if (this.#isContext(source)) {
      const known = this.#known(source);
      if (known !== undefined) return known;
      const { onListed } = this.#session;
      const options = { keep: this.kept, onListed, signal };
      return this.#remember(source, await selectionDigest(await this.#select(source), options));
    }
    return rememberedDigest(this.#session, this.#step, {
      input: source.input,
      selection: copySelection(this.#op, source),
      select: () => this.#select(source),
      read: async (selected) =>
        this.#trees.length === 1 && isMuch([selected]) ? pack?.() : undefined,
    });
  }

  /** The digest of a context's files, if nothing there has changed since an earlier build selected them. */
  #known(source: TreeSource): TreeDigest | undefined {
    const selection = copySelection(this.#op, source);
    const paths = fixedPaths(selection);
    const digest = paths && this.#contextOf(source)?.knownSelection(stableJson(selection), paths);
    return digest && (this.#session.isListed?.(digest) ?? true) ? digest : undefined;
  }

  #remember(source: TreeSource, digest: TreeDigest): TreeDigest {
    const selection = copySelection(this.#op, source);
    const paths = fixedPaths(selection);
    if (paths) this.#contextOf(source)?.rememberSelection(stableJson(selection), paths, digest);
    return digest;
  }

  #isContext(source: TreeSource): boolean {
    return this.#contextOf(source) !== undefined;
  }

  #contextOf({ input }: TreeSource): CopyContext | undefined {
    return this.#session.contextAt(this.#step.vertex, input);
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

/** Whether so many bytes or files are unread that they should be read only once. */
function isMuch(selected: readonly SelectedFiles[]): boolean {
  const unknown = selected.map(unknownContent);
  const sum = (counted: 'bytes' | 'files') => unknown.reduce((n, one) => n + one[counted], 0);
  return sum('bytes') >= KEPT_BYTES || sum('files') >= KEPT_FILES;
}

/** The paths at and below which the selected files are; undefined if that depends on the files. */
function fixedPaths({ paths, parents, unpack }: FileSelection): readonly BytePath[] | undefined {
  const clean = paths.map((path) => cleanPath(toBytes(path)));
  const depends =
    parents || unpack || clean.some((path) => hasWildcard(path) || path.includes('\\'));
  return depends ? undefined : clean;
}
