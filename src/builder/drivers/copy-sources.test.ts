/** A COPY reads the same files for its key and for its layer: the source tree counts each access. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyOp, NOW, scratchForEach } from '../../../test/support/copies.ts';
import type { ContextTree } from '../../context/index.ts';
import type { FileTree } from '../../files/index.ts';
import { type CopyOp, vertexId } from '../../graph/index.ts';
import { LayerWriter } from '../../layers/index.ts';
import { type CopyResult, copyFiles } from '../../ops/index.ts';
import { CopySources } from './copy-sources.ts';

const scratch = scratchForEach();

/** The same tree, with counts of selections and reads. */
class CountedTree implements FileTree {
  readonly selected: string[] = [];
  readonly opened: string[] = [];
  readonly isLive: boolean;
  readonly #tree: ContextTree;

  constructor(tree: ContextTree, isLive: boolean) {
    this.#tree = tree;
    this.isLive = isLive;
  }

  get hostPath(): string {
    return this.#tree.hostPath;
  }

  lookup = (path: string) => this.#tree.lookup(path);
  list = (path: string) => this.#tree.list(path);
  knownDigest: FileTree['knownDigest'] = (entry) => this.#tree.knownDigest(entry);
  rememberDigest: FileTree['rememberDigest'] = (entry, digest) =>
    this.#tree.rememberDigest(entry, digest);

  knownSelection: ContextTree['knownSelection'] = (selection, paths) =>
    this.#tree.knownSelection(selection, paths);

  rememberSelection: ContextTree['rememberSelection'] = (selection, paths, digest) =>
    this.#tree.rememberSelection(selection, paths, digest);

  complete: NonNullable<FileTree['complete']> = (entry) => {
    this.selected.push(entry.path);
    return entry;
  };

  content: FileTree['content'] = (entry) => {
    this.opened.push(entry.path);
    return this.#tree.content(entry);
  };
}

interface World {
  readonly op: CopyOp;
  readonly tree: CountedTree;
  /** Digests of files of the input, by their selector: remembered from earlier builds. */
  readonly remembered?: Map<string, string>;
}

const EMPTY = { layers: [], ownLayer: undefined, addedBytes: 0, created: 0 };

/** The sources of a COPY from a context, or from another step if its tree is not live. */
function sourcesOf({ op, tree, remembered = new Map() }: World, made: string[] = []): CopySources {
  const session = {
    contextAt: () => (tree.isLive ? tree : undefined),
    treeOf: async () => tree,
    now: () => NOW,
  };
  const step = {
    vertex: { id: vertexId(op, []), op, inputs: [] },
    inputs: {
      key: async () => 'below',
      result: async (index: number) => {
        made.push(`input ${index}`);
        return EMPTY;
      },
      contentDigest: async (
        _index: number,
        selector: string,
        compute: (input: typeof EMPTY) => Promise<string>,
      ) => {
        const digest = remembered.get(selector) ?? (await compute(EMPTY));
        remembered.set(selector, digest);
        return digest;
      },
    },
    signal: new AbortController().signal,
    working: <T>(work: () => Promise<T>) => work(),
  };
  return new CopySources(session, step, op);
}

async function copied(op: CopyOp, sources: CopySources): Promise<CopyResult> {
  const directory = scratch().path();
  mkdirSync(directory);
  using writer = LayerWriter.create(directory);
  return await copyFiles(op, {
    selected: await sources.all(),
    kept: sources.kept,
    base: undefined,
    now: NOW,
    temporaryDirectory: scratch().directory,
    writer,
  });
}

function projectTree(isLive: boolean, files = 3): CountedTree {
  const names = Array.from({ length: files }, (_, index) => `d/${index}`);
  const tree = scratch().tree(Object.fromEntries(names.map((name) => [name, `of ${name}`])));
  return new CountedTree(tree, isLive);
}

describe('a COPY that is in no cache', () => {
  it.each([
    ['a context', true],
    ['another step', false],
  ])('selects and reads the files of %s once', async (_, isLive) => {
    const tree = projectTree(isLive);
    const op = copyOp({ paths: ['d'] });
    const sources = sourcesOf({ op, tree });
    const digests = await sources.digests();
    const result = await copied(op, sources);
    expect(tree.selected).toEqual(['d/0', 'd/1', 'd/2']);
    // The bytes of another step are not kept in memory, but their digests are remembered.
    const opened = ['d/0', 'd/1', 'd/2'];
    expect(tree.opened).toEqual(isLive ? opened : [...opened, ...opened]);
    expect(await sources.digestsOf(result.copied)).toEqual(digests);
    expect(result.files).toBe(3);
  });

  it('reads many files once, while they are packed', async () => {
    const tree = projectTree(true, 1000);
    const op = copyOp({ paths: ['d'] });
    const sources = sourcesOf({ op, tree });
    expect(await sources.arePackedForKey()).toBe(true);
    const { copied: read } = await copied(op, sources);
    expect(await sources.digestsOf(read)).toHaveLength(1);
    expect(new Set(tree.selected).size).toBe(1000);
    expect(tree.selected).toHaveLength(1000);
    expect(tree.opened).toHaveLength(1000);
  });

  it('copies the bytes that its key was made from', async () => {
    const tree = projectTree(true);
    const op = copyOp({ paths: ['d'] });
    const sources = sourcesOf({ op, tree });
    const digests = await sources.digests();
    writeFileSync(join(tree.hostPath, 'd/1'), 'changed');
    const { copied: read } = await copied(op, sources);
    expect(await sources.digestsOf(read)).toEqual(digests);
  });

  it('keeps nothing in memory once it is dropped', async () => {
    const op = copyOp({ paths: ['d'] });
    const sources = sourcesOf({ op, tree: projectTree(true) });
    await sources.digests();
    expect(sources.kept.size).toBe(3);
    sources.drop();
    expect(sources.kept.size).toBe(0);
  });
});

describe('a COPY from a context that has not changed', () => {
  it('selects no files for its key, and reads them when it copies them', async () => {
    const tree = projectTree(true);
    const op = copyOp({ paths: ['d'] });
    const known = new Map<string, string>();
    tree.knownSelection = (selection) => known.get(selection) as never;
    tree.rememberSelection = (selection, _, digest) => known.set(selection, digest);
    const digests = await sourcesOf({ op, tree }).digests();
    tree.selected.length = 0;
    const sources = sourcesOf({ op, tree });
    expect(await sources.arePackedForKey()).toBe(false);
    expect(await sources.digests()).toEqual(digests);
    expect(tree.selected).toEqual([]);
    const { files } = await copied(op, sources);
    expect(files).toBe(3);
  });

  it('selects the files of a wildcard again, since it may match others', async () => {
    const tree = projectTree(true);
    tree.knownSelection = () => 'sha512-256:wrong' as never;
    await sourcesOf({ op: copyOp({ paths: ['d/*'] }), tree }).digests();
    expect(tree.selected).toEqual(['d/0', 'd/1', 'd/2']);
  });
});

describe('a COPY --from whose digest is remembered', () => {
  it('makes no input for its key, and selects the files when it copies them', async () => {
    const remembered = new Map<string, string>();
    const op = copyOp({ paths: ['d'] });
    const digests = await sourcesOf({ op, tree: projectTree(false), remembered }).digests();
    const made: string[] = [];
    const tree = projectTree(false);
    const sources = sourcesOf({ op, tree, remembered }, made);
    expect(await sources.digests()).toEqual(digests);
    expect(made).toEqual([]);
    expect(tree.selected).toEqual([]);
    await copied(op, sources);
    expect(made).toEqual(['input 1']);
    expect(tree.selected).toEqual(['d/0', 'd/1', 'd/2']);
  });
});
