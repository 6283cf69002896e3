/** Stores and small images for tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assembleImage } from '../../src/export/index.ts';
import type { FileEntry } from '../../src/files/index.ts';
import { type LayerItem, LayerWriter } from '../../src/layers/index.ts';
import { type ImageRecord, type LayerId, type LayerMeta, Store } from '../../src/store/index.ts';

/** A directory with a store; both are removed with the test. */
export class TestStore implements AsyncDisposable {
  readonly directory: string;
  readonly store: Store;

  private constructor(directory: string, store: Store) {
    this.directory = directory;
    this.store = store;
  }

  static async open(): Promise<TestStore> {
    const directory = await mkdtemp(join(tmpdir(), 'lamina-images-'));
    return new TestStore(directory, await Store.open({ root: join(directory, 'store') }));
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** A file without its path; everything has a default. */
export type FileSketch = Partial<Omit<FileEntry, 'path'>> & {
  readonly content?: string;
  readonly opaque?: boolean;
};

/** A path → a text (a file with that content), a sketch, or `whiteout`. Paths ending in `/` are directories. */
export type TreeSketch = Readonly<Record<string, string | FileSketch | { whiteout: true }>>;

export interface LayerSettings {
  readonly times?: LayerMeta['times'];
  readonly created?: number;
}

/** Makes a layer of a sketch, in the form of COPY. */
export async function addLayer(
  store: Store,
  sketch: TreeSketch,
  { times = 'clamp', created = 1_700_000_000_000 }: LayerSettings = {},
): Promise<LayerId> {
  const staged = await store.layers.stage();
  using writer = LayerWriter.create(staged.directory);
  await writer.addAll(Object.entries(sketch).map(([path, what]) => layerItem(path, what)));
  const { size, files } = writer.finish();
  const meta = await staged.commit({ tree: false, tar: true, size, files, created, times });
  return meta.id;
}

function layerItem(path: string, what: TreeSketch[string]): LayerItem {
  const bare = path.replace(/\/$/, '');
  if (typeof what === 'object' && 'whiteout' in what) return { kind: 'whiteout', path: bare };
  const { content = '', opaque, ...given } = typeof what === 'string' ? { content: what } : what;
  const bytes = Buffer.from(content);
  const type = given.type ?? (path.endsWith('/') ? 'directory' : 'file');
  const entry: FileEntry = {
    path: bare,
    mode: type === 'directory' ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    size: type === 'file' ? bytes.length : 0,
    mtime: 1_600_000_000,
    mtimeNs: 0,
    ...given,
    type,
  };
  return { kind: 'entry', entry, content: bytes, opaque };
}

/** An image of one layer for each sketch, with a command and an environment. */
export async function addImage(
  store: Store,
  sketches: readonly TreeSketch[],
  settings: { readonly epoch?: number; readonly cmd?: readonly string[] } = {},
): Promise<ImageRecord> {
  const layers: LayerId[] = [];
  for (const sketch of sketches) layers.push(await addLayer(store, sketch));
  return assembleImage(store, {
    config: { Env: ['PATH=/bin'], Cmd: settings.cmd ?? ['/bin/sh'], WorkingDir: '/' },
    platform: { os: 'linux', architecture: 'amd64' },
    layers,
    epoch: settings.epoch,
    history: [
      ...layers.map((layer, position) => ({
        createdBy: `COPY layer${position} / # buildkit`,
        comment: 'buildkit.dockerfile.v0',
        layer,
      })),
      { createdBy: 'CMD ["/bin/sh"]', comment: 'buildkit.dockerfile.v0' },
    ],
  });
}
