/** Waits for processes that the runner inherits: a detached runtime leaves its container to the first process. */
import { type ChildStatus, hasErrorCode, takeChildStatus } from '../../system/index.ts';

interface Waiting {
  readonly resolve: (status: ChildStatus) => void;
  readonly reject: (error: unknown) => void;
}

export class Reaper {
  readonly #waiting = new Map<number, Waiting>();

  constructor() {
    process.on('SIGCHLD', () => this.#look());
  }

  /**
   * @param pid a child, running or ended, whose exit code nobody else takes; it may still belong to a process of the
   *   runtime that is about to exit
   */
  wait(pid: number): Promise<ChildStatus> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(pid, { resolve, reject });
      // It may have ended before.
      this.#look();
    });
  }

  #look(): void {
    for (const [pid, { resolve, reject }] of this.#waiting) {
      try {
        const status = takeChildStatus(pid);
        if (!status) continue;
        this.#waiting.delete(pid);
        resolve(status);
      } catch (error) {
        // crun leaves a process that stays the parent for a moment; its end is a signal too.
        if (hasErrorCode(error, 'ECHILD') && exists(pid)) continue;
        this.#waiting.delete(pid);
        reject(error);
      }
    }
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
