/** Options that calls have in common. */

/** Options of every call. */
export interface CallOptions {
  /** Ends the call, which then rejects with an `AbortedError` whose `cause` is the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of every call on a store. */
export interface StoreOptions extends CallOptions {
  /** Directory of the store for this call; undefined: that of the instance, see `LaminaOptions.root`. */
  readonly root?: string | undefined;
}

/** A line of /etc/hosts. */
export interface HostAlias {
  readonly name: string;
  /** An IP address, or `host-gateway`: this machine. */
  readonly address: string;
}

/**
 * The network of a process: that of this machine, none, or one of its own, from which it reaches the outside but not the
 * loopback of this machine (needs slirp4netns or pasta).
 */
export type NetworkMode = 'host' | 'none' | 'private';
