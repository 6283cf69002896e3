/** The parts of the store that this folder needs. `Store` has all of them. */
import { AppError } from '../errors.ts';
import { type LayerId, type LayerMeta, layerGone } from '../store/index.ts';

export interface StagedLayer {
  readonly id: LayerId;
  readonly directory: string;
  commit(meta: Omit<LayerMeta, 'id'>): Promise<LayerMeta>;
  discard(): Promise<void>;
}

export interface LayerStore {
  /** Bytes that an archive may unpack to; undefined: nine tenths of what is free. */
  readonly unpackLimit?: number | undefined;
  readonly layers: {
    stage(): Promise<StagedLayer>;
    get(id: LayerId): LayerMeta | undefined;
    /** Host path as text. */
    directory(id: LayerId): string;
    update(meta: LayerMeta): Promise<void> | void;
  };
  /** Whether the layers' directories cannot be written. */
  readonly isReadOnly?: boolean | undefined;
  /** A new empty directory on the same file system; host path as text. */
  temporaryDirectory(): Promise<string>;
  readonly facts: {
    get<T>(kind: string, key: string): T | undefined;
    put(kind: string, key: string, value: unknown): void;
  };
}

/** @throws AppError STORE_LAYER_GONE */
export function layerMeta(store: LayerStore, id: LayerId): LayerMeta {
  const meta = store.layers.get(id);
  if (meta === undefined) throw layerGone(id);
  return meta;
}

/** @param what is wrong, with the file's name */
export function damaged(what: string, cause?: unknown): AppError {
  return new AppError('LAYER_DAMAGED', `a layer in the store is damaged: ${what}`, {
    hint: 'another program changed files of the store; prune it and build again',
    cause,
  });
}
