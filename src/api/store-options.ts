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

/** A line of /etc/hosts. */
export interface HostAlias {
  readonly name: string;
  readonly address: string;
}

/** Whether a process has the network of this machine, or none. */
export type NetworkMode = 'host' | 'none';
