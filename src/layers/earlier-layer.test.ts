import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { entry, openTestStore, type TestStore } from '../../test/support/layers.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { contentDigest, type FileEntry } from '../files/index.ts';
import type { LayerId } from '../store/index.ts';
import { EarlierLayer } from './earlier-layer.ts';
import { readIndex } from './index-codec.ts';
import type { LayerItem } from './layer-item.ts';
import { LayerWriter, type LayerWriterOptions } from './layer-writer.ts';

const LARGE = 300_000;

let store: TestStore;
let directory: string;

beforeEach(() => {
  store = openTestStore();
  directory = temporaryDirectory('earlier');
});

/** A file that was read before. */
function known(path: string, text: string, extra: Partial<FileEntry> = {}): LayerItem {
  const bytes = Buffer.from(text);
  const full = entry(path, { size: bytes.length, ...extra });
  return { kind: 'entry', entry: full, content: bytes, expected: contentDigest(bytes) };
}

/** The same, which can be copied from an earlier layer only. */
function gone(path: string, text: string, extra: Partial<FileEntry> = {}): LayerItem {
  const content = { hostPath: join(directory, 'gone'), offset: 0, size: text.length };
  return { ...known(path, text, extra), content } as LayerItem;
}

interface Packed {
  readonly id: LayerId;
  /** Digest of its bytes. */
  readonly tar: string;
  readonly index: ReturnType<typeof readIndex>;
  readonly size: number;
  readonly files: number;
  readonly digest: string | undefined;
}

async function pack(
  items: readonly LayerItem[],
  options: LayerWriterOptions = {},
): Promise<Packed> {
  const staged = await store.layers.stage();
  using writer = LayerWriter.create(staged.directory, { ...options, hashTar: true });
  await writer.addAll(items);
  const { size, files, tar } = writer.finish();
  const digest = (await tar)?.diffId;
  const form = { tree: false, tar: true, created: 0, times: 'set' } as const;
  await staged.commit({ ...form, size, files });
  const at = store.layers.directory(staged.id);
  const bytes = readFileSync(join(at, 'layer.tar'));
  return { id: staged.id, tar: contentDigest(bytes), index: readIndex(at), size, files, digest };
}

async function packAfter(
  id: LayerId,
  items: readonly LayerItem[],
  base?: LayerWriterOptions['base'],
) {
  using earlier = EarlierLayer.open(store, id);
  const { id: _, ...packed } = await pack(items, { base, earlier });
  return packed;
}

async function packAlone(items: readonly LayerItem[], base?: LayerWriterOptions['base']) {
  const { id: _, ...packed } = await pack(items, { base });
  return packed;
}

describe('a layer packed after an earlier one', () => {
  test('takes unchanged files from it, without opening them', async () => {
    const directories = ['a', 'b'].map(
      (path): LayerItem => ({
        kind: 'entry',
        entry: entry(path, { type: 'directory' }),
      }),
    );
    const texts = ['a/1', 'a/2', 'a/3', 'b/1', 'b/2'];
    const before = await pack([...directories, ...texts.map((path) => known(path, `of ${path}`))]);
    const changed = known('a/2', 'longer than it was before');
    const large = 'x'.repeat(LARGE);
    const others = texts.filter((path) => path !== 'a/2');
    const items = [...directories, changed, ...others.map((path) => gone(path, `of ${path}`))];
    const alone = [...directories, changed, ...others.map((path) => known(path, `of ${path}`))];
    expect(await packAfter(before.id, items)).toEqual(await packAlone(alone));
    const withLarge = await pack([known('1', 'small'), known('large', large), known('z', 'small')]);
    const { id: _, ...same } = withLarge;
    const again = [gone('1', 'small'), gone('large', large), gone('z', 'small')];
    expect(await packAfter(withLarge.id, again)).toEqual(same);
  });

  test('reads files whose content or metadata has changed', async () => {
    const before = await pack([known('1', 'one'), known('2', 'two'), known('3', 'three')]);
    const items = [
      known('1', 'ONE'),
      known('2', 'two', { mode: 0o755 }),
      known('3', 'three', { mtimeNs: 1 }),
    ];
    expect(await packAfter(before.id, items)).toEqual(await packAlone(items));
  });

  test('adds parents of the base where they belong', async () => {
    const base = {
      lookup: (path: string) =>
        path.startsWith('p') && !path.includes('/')
          ? entry(path, { type: 'directory', mode: 0o700 })
          : undefined,
      list: () => [],
      content: () => {
        throw new Error('not a file');
      },
      knownDigest: () => undefined,
      rememberDigest: () => undefined,
    };
    const items = ['p1/a', 'p1/b', 'p2/a', 'p2/b'].map((path) => known(path, path));
    const before = await pack(items, { base });
    expect(await packAfter(before.id, items, base)).toEqual(await packAlone(items, base));
    expect(await packAfter(before.id, items)).toEqual(await packAlone(items));
  });

  test('does not need it: it may be removed, damaged or packed in another way', async () => {
    const items = [known('1', 'one'), known('2', 'two')];
    const before = await pack(items);
    const expected = await packAlone(items);
    const tar = join(store.layers.directory(before.id), 'layer.tar');
    const other = readFileSync(tar);
    other.write('another name', 0);
    writeFileSync(tar, other);
    expect(await packAfter(before.id, items)).toEqual(expected);
    truncateSync(tar, 1000);
    expect(EarlierLayer.open(store, before.id)).toBeUndefined();
    expect(EarlierLayer.open(store, '0'.repeat(32) as LayerId)).toBeUndefined();
  });

  test('has the bytes that it has without it, whatever changed', async () => {
    const paths = ['a', 'd', 'd/1', 'd/2', 'd/e', 'd/e/1', 'd/e/2', 'f', 'link', 'z'];
    const version = fc.record({
      present: fc.integer({ min: 0, max: 9 }),
      text: fc.constantFrom('', 'one', 'two', 'y'.repeat(600), 'z'.repeat(LARGE)),
      mode: fc.constantFrom(0o644, 0o755),
      group: fc.constantFrom(undefined, undefined, undefined, 1),
    });
    const tree = fc.tuple(...paths.map(() => version));
    const itemsOf = (versions: ReturnType<typeof tree.generate>['value']): LayerItem[] =>
      versions.flatMap(({ present, text, mode, group }, at): LayerItem[] => {
        const path = paths[at] ?? '';
        if (present === 0) return [{ kind: 'whiteout', path }];
        if (path === 'd' || path === 'd/e') {
          return [
            {
              kind: 'entry',
              entry: entry(path, { type: 'directory', mode }),
              opaque: present === 1,
            },
          ];
        }
        if (path === 'link') {
          return [
            {
              kind: 'entry',
              entry: entry(path, { type: 'symlink', linkTarget: text.slice(0, 3) || 'x' }),
            },
          ];
        }
        const linkGroup = group === undefined ? undefined : text.length + 1;
        return [known(path, text, { mode, linkGroup })];
      });
    await fc.assert(
      fc.asyncProperty(
        tree,
        tree,
        fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }),
        async (a, b, keep) => {
          const before = await pack(itemsOf(a));
          const items = itemsOf(
            b.map((one, at) => (keep[at] === true ? (a[at] ?? one) : one)) as typeof b,
          );
          expect(await packAfter(before.id, items)).toEqual(await packAlone(items));
        },
      ),
      { numRuns: 40 },
    );
  });
});
