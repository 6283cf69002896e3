/** For the tests of this folder: a store in a temporary directory. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LayerId, LayerMeta } from '../store/index.ts';
import type { LayerStore } from './layer-store.ts';

export interface TestStore extends LayerStore {
  readonly root: string;
}

/** Keeps metadata and facts in memory, layers in real directories. */
export function openTestStore(): TestStore {
  const root = mkdtempSync(join(tmpdir(), 'lamina-layers-'));
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
