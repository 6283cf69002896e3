/**
 * Measures a daemon during one build: the kernel's high-water mark of its memory, reset before and read after the build, and
 * its CPU time with that of the processes that it waited for. Work of the daemon for others counts too.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Usage } from './measure.ts';

/** Resets the high-water mark when written to `clear_refs`. */
const RESET_PEAK = '5';
/** Ticks per second of the numbers in `stat`: Linux always uses hundredths of a second. */
const TICKS_PER_SECOND = 100;
/** Index of utime, stime, cutime and cstime in `stat`, after the name. */
const FIRST_TIME = 11;

export class DaemonUsage {
  readonly #pid: string;
  #cpuBefore = 0;

  private constructor(pid: string) {
    this.#pid = pid;
  }

  /**
   * @param address where it listens, which its command line names if several daemons run
   * @returns undefined unless exactly one process matches: with several, the right one is unknown
   */
  static find(name: string, address: string): DaemonUsage | undefined {
    const pids = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandOf(pid) === name);
    const named = pids.length > 1 ? pids.filter((pid) => isStartedWith(pid, address)) : pids;
    const [pid] = named;
    return pid === undefined || named.length > 1 ? undefined : new DaemonUsage(pid);
  }

  begin(): void {
    try {
      writeFileSync(`/proc/${this.#pid}/clear_refs`, RESET_PEAK);
      this.#cpuBefore = this.#cpuSeconds();
    } catch {
      this.#cpuBefore = Number.NaN;
    }
  }

  /** @returns undefined if only root and the daemon's user may read it */
  end(): Usage | undefined {
    if (Number.isNaN(this.#cpuBefore)) return undefined;
    const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
    const peakKb = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN);
    return { peakKb, cpuSeconds: this.#cpuSeconds() - this.#cpuBefore };
  }

  #cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(FIRST_TIME, FIRST_TIME + 4).map(Number);
    return ticks.reduce((sum, value) => sum + value, 0) / TICKS_PER_SECOND;
  }
}

function isStartedWith(pid: string, address: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(address);
  } catch {
    return false;
  }
}

function commandOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined;
  }
}
