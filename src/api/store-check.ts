import type { StoreOptions } from './store-options.ts';

/** How a store is checked. */
export interface CheckStoreOptions extends StoreOptions {
  /** Removes damaged content, keeps the rest, and restores what it can. Default false. */
  readonly repair?: boolean | undefined;
}

/** Damage in a store. */
export interface StoreProblem {
  /** Absolute. */
  readonly path: string;
  readonly problem: string;
}

/** An image that lost a part. */
export interface LostImage {
  readonly id: string;
  /** Short forms. */
  readonly names: readonly string[];
}

/** The state of a store. */
export interface CheckStoreResult {
  /** Absolute. */
  readonly root: string;
  /** Whether there is no damage. */
  readonly sound: boolean;
  readonly repaired: boolean;
  /** How much was read; without `repair`, nothing that needs a damaged database. */
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
  /** Images whose records were lost and restored from their blobs and layers, without their names. */
  readonly nameless: readonly string[];
}
