/** What calls have in common. */

/** What every call may be given. */
export interface CallOptions {
  /** Ends the call, which then rejects with an `AbortedError` whose `cause` is the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What every call that works on a store may be given. */
export interface StoreOptions extends CallOptions {
  /** Directory of the store for this call; undefined: that of the instance, see `LaminaOptions.root`. */
  readonly root?: string | undefined;
}

export interface HostAlias {
  readonly name: string;
  readonly address: string;
}

export type NetworkMode = 'host' | 'none';
