import type { StoreOptions } from './store-options.ts';

/** How a store is checked. */
export interface CheckStoreOptions extends StoreOptions {
  /** Removes what is damaged, keeps the rest, and makes again what can be made again. Default false. */
  readonly repair?: boolean | undefined;
}

/** Something of a store that is not as lamina made it. */
export interface StoreProblem {
  /** Absolute. */
  readonly path: string;
  readonly problem: string;
}

/** An image of which a part is lost. */
export interface LostImage {
  readonly id: string;
  /** As people write them. */
  readonly names: readonly string[];
}

/** The state of a store. */
export interface CheckStoreResult {
  /** Absolute. */
  readonly root: string;
  /** Whether nothing is wrong. */
  readonly sound: boolean;
  readonly repaired: boolean;
  /** How much was read; of a damaged database without `repair` only what does not need it. */
  readonly checked: {
    readonly layers: number;
    readonly blobs: number;
    readonly images: number;
  };
  readonly problems: readonly StoreProblem[];
  readonly lost: {
    readonly images: readonly LostImage[];
    /** Cached build steps, which run again when they are needed. */
    readonly steps: number;
  };
  /** Images whose records were lost and made again of their blobs and layers, without their names. */
  readonly nameless: readonly string[];
}
