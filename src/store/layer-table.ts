/** The table of layers. Its rows keep the member name `promise` for `lazy`, as every store on disk has it. */
import type { Table } from './table.ts';
import type { LayerId, LayerMeta, LayerRow } from './types.ts';

export class LayerTable {
  readonly #rows: Table<LayerRow>;

  constructor(rows: Table<LayerRow>) {
    this.#rows = rows;
  }

  get(id: LayerId): LayerMeta | undefined {
    const row = this.#rows.get(id);
    return row && fromRow(row);
  }

  put(id: LayerId, meta: LayerMeta): void {
    this.#rows.put(id, toRow(meta));
  }

  /** As `put`; `settled` is called when other processes can see it. */
  putThen(id: LayerId, meta: LayerMeta, settled: () => void): void {
    this.#rows.putThen(id, toRow(meta), settled);
  }

  delete(id: LayerId): void {
    this.#rows.delete(id);
  }

  *values(): IterableIterator<LayerMeta> {
    for (const [, row] of this.#rows.entries()) yield fromRow(row);
  }
}

function fromRow({ promise, ...rest }: LayerRow): LayerMeta {
  return promise === undefined ? rest : { ...rest, lazy: promise };
}

function toRow({ lazy, ...rest }: LayerMeta): LayerRow {
  return lazy === undefined ? rest : { ...rest, promise: lazy };
}
