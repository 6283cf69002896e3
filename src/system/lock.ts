/** What a lock between processes is, however it is held. */

export type LockMode = 'shared' | 'exclusive';

/** A held lock. Ends with `release`, with `using`, or with the process. */
export interface Lock extends Disposable {
  readonly path: string;
  readonly mode: LockMode;
  /** Gives the lock up; does nothing the second time. The file stays. */
  release(): void;
}
