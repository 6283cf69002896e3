/** Waits for processes that the runner inherits: a detached runtime leaves its container to the first process. */
import { type ChildStatus, takeChildStatus } from '../system/index.ts';

export class Reaper {
  readonly #waiting = new Map<number, (status: ChildStatus) => void>();

  constructor() {
    process.on('SIGCHLD', () => this.#look());
  }

  /** @param pid a child, running or ended, whose status nobody else takes */
  wait(pid: number): Promise<ChildStatus> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(pid, resolve);
      try {
        // It may have ended before.
        this.#look();
      } catch (error) {
        reject(error);
      }
    });
  }

  #look(): void {
    for (const [pid, resolve] of this.#waiting) {
      const status = takeChildStatus(pid);
      if (!status) continue;
      this.#waiting.delete(pid);
      resolve(status);
    }
  }
}
