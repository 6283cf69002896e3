/** For tests of layers: a store in a temporary directory. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ContentRange, FileEntry, FileTree } from '../../src/files/index.ts';
import {
  type LayerItem,
  type LayerStore,
  LayerWriter,
  type LayerWriterOptions,
} from '../../src/layers/index.ts';
import type { LayerId, LayerMeta } from '../../src/store/index.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export interface TestStore extends LayerStore {
  readonly root: string;
}

/** Keeps metadata and facts in memory, layers in real directories. */
export function openTestStore(): TestStore {
  const root = temporaryDirectory('layers');
  const metas = new Map<LayerId, LayerMeta>();
  const facts = new Map<string, unknown>();
  const directory = (id: LayerId): string => join(root, 'layers', id);
  mkdirSync(join(root, 'layers'));
  mkdirSync(join(root, 'tmp'));
  return {
    root,
    layers: {
      stage: () => {
        const id = randomBytes(16).toString('hex') as LayerId;
        const staging = mkdtempSync(join(root, 'tmp', 'stage-'));
        return Promise.resolve({
          id,
          directory: staging,
          commit: (meta) => {
            renameSync(staging, directory(id));
            const full = { ...meta, id };
            metas.set(id, full);
            return Promise.resolve(full);
          },
          discard: () => Promise.resolve(rmSync(staging, { recursive: true })),
        });
      },
      get: (id) => metas.get(id),
      directory,
      update: (meta) => {
        metas.set(meta.id, meta);
      },
    },
    facts: {
      get: <T>(kind: string, key: string) => facts.get(`${kind}/${key}`) as T | undefined,
      put: (kind, key, value) => {
        facts.set(`${kind}/${key}`, value);
      },
    },
    temporaryDirectory: () => Promise.resolve(mkdtempSync(join(root, 'tmp', 'work-'))),
  };
}

/** An entry with defaults for irrelevant fields. */
export function entry(path: string, extra: Partial<FileEntry> = {}): FileEntry {
  const type = extra.type ?? 'file';
  const mode = type === 'directory' ? 0o755 : type === 'symlink' ? 0o777 : 0o644;
  return { path, type, mode, uid: 0, gid: 0, size: 0, mtime: 1000, mtimeNs: 0, ...extra };
}

/** Makes a layer of items, in its tar form. */
export async function packLayer(
  store: TestStore,
  items: readonly LayerItem[],
  options: LayerWriterOptions & { readonly times?: LayerMeta['times'] } = {},
): Promise<LayerId> {
  const staged = await store.layers.stage();
  using writer = LayerWriter.create(staged.directory, options);
  await writer.addAll(items);
  const { size, files } = writer.finish();
  const times = options.times ?? 'set';
  await staged.commit({ tree: false, tar: true, size, files, created: 0, times });
  return staged.id;
}

export async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Describes a tree below a path, with contents, in order. */
export function showTree(tree: FileTree, path = ''): string[] {
  return tree.list(path).flatMap((item) => {
    const content = item.type === 'file' ? ` ${readContent(tree.content(item))}` : '';
    const target = item.type === 'symlink' ? ` -> ${item.linkTarget}` : '';
    const below = item.type === 'directory' ? showTree(tree, item.path) : [];
    return [`${item.path} ${item.type} ${item.mode.toString(8)}${content}${target}`, ...below];
  });
}

export function readContent({ hostPath, offset, size }: ContentRange): string {
  const whole = readFileSync(Buffer.from(hostPath, 'latin1'));
  return whole.toString('latin1', offset, offset + size);
}
