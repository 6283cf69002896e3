import { readKernelFile } from '../../system/index.ts';

/**
 * Whether swap can be limited. Kernels without swap, or without its controller, refuse limits of it.
 * @param legacy the directory of the memory controller of version 1, if that is used
 */
export function hasSwap(legacy: string | undefined): boolean {
  const total = /^SwapTotal:\s+(\d+)/m.exec(readKernelFile('/proc/meminfo') ?? '')?.[1];
  if (total === undefined || total === '0') return false;
  return (
    legacy === undefined || readKernelFile(`${legacy}/memory.memsw.limit_in_bytes`) !== undefined
  );
}
