/** Counts the processes that the kernel killed because memory ran out. */
import { readKernelFile } from '../../system/index.ts';

export function machineOomKills(): number {
  return countIn('/proc/vmstat') ?? 0;
}

/** @returns undefined for a group without the memory controller */
export function oomKillsIn(group: string): number | undefined {
  return countIn(`${group}/memory.events`) ?? countIn(`${group}/memory.oom_control`);
}

/**
 * Whether memory ran out for a process.
 * @param own what its group counted; without, only the whole machine is counted: trusted if the exit code fits
 */
export function ranOutOfMemory(
  own: number | undefined,
  { exitCode, machineBefore }: { readonly exitCode: number; readonly machineBefore: number },
): boolean {
  if (own !== undefined) return own > 0;
  return exitCode === 128 + 9 && machineOomKills() > machineBefore;
}

function countIn(path: string): number | undefined {
  const value = /^oom_kill (\d+)$/m.exec(readKernelFile(path) ?? '')?.[1];
  return value === undefined ? undefined : Number(value);
}
