/** The peak memory of a daemon during one build: the kernel's high-water mark, set back before and read after. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** What sets the mark back, written to `clear_refs`. */
const RESET_PEAK = '5';

export class DaemonMemory {
  readonly #pid: string;

  private constructor(pid: string) {
    this.#pid = pid;
  }

  /** @returns undefined unless exactly one process has this name, since it is not known whose the others are */
  static find(name: string): DaemonMemory | undefined {
    const pids = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandOf(pid) === name);
    const [pid] = pids;
    return pid === undefined || pids.length > 1 ? undefined : new DaemonMemory(pid);
  }

  /** @returns whether it could be done: only root and the daemon's own user may */
  reset(): boolean {
    try {
      writeFileSync(`/proc/${this.#pid}/clear_refs`, RESET_PEAK);
      return true;
    } catch {
      return false;
    }
  }

  peakKb(): number | undefined {
    try {
      const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
      return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN);
    } catch {
      return undefined;
    }
  }
}

function commandOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined;
  }
}
