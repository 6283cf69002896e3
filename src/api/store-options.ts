/** What calls have in common. */

/** What every call that works on a store may be given. */
export interface StoreOptions {
  /** Directory of all state; undefined: the user's default place (see `defaultRoot`). */
  readonly root?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Takes chunks in order; the promise holds the writer back. */
export type ByteSink = (chunk: Uint8Array) => Promise<void>;

export interface HostAlias {
  readonly name: string;
  readonly address: string;
}

export type NetworkMode = 'host' | 'none';
