/** The interface of locks between processes. */

export type LockMode = 'shared' | 'exclusive';

/** A held lock. Ends with `release`, with `using`, or with the process. */
export interface Lock extends Disposable {
  readonly path: string;
  readonly mode: LockMode;
  /** Releases the lock; a second call does nothing. The file stays. */
  release(): void;
}
