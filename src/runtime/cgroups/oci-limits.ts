/** Limits of control groups, in the runtime specification. */
import type { OciLimits } from '../process/oci-types.ts';
import type { ResourceLimits } from '../process/resource-limits.ts';

/** Controllers of the kernel that limits need. */
export type Controller = 'memory' | 'cpu' | 'cpuset' | 'pids';

/** The controllers that these limits need. */
export function controllersFor(limits: ResourceLimits): readonly Controller[] {
  const { memory, memorySwap, memoryReservation, pids } = limits;
  const { cpuShares, cpuPeriod, cpuQuota, cpusetCpus, cpusetMems } = limits;
  const needs: readonly [Controller, readonly unknown[]][] = [
    ['memory', [memory, memorySwap, memoryReservation]],
    ['cpu', [cpuShares, cpuPeriod, cpuQuota]],
    ['cpuset', [cpusetCpus, cpusetMems]],
    ['pids', [pids]],
  ];
  return needs.flatMap(([name, values]) =>
    values.some((value) => value !== undefined) ? [name] : [],
  );
}

/**
 * Without a limit of their own, memory and swap together are twice the memory, as with Docker.
 * @param hasSwap whether this machine has swap that can be limited
 */
export function ociLimits(limits: ResourceLimits, hasSwap: boolean): OciLimits {
  const { memory, memorySwap, memoryReservation, pids } = limits;
  const swap = memorySwap ?? (memory === undefined ? undefined : 2 * memory);
  const cpu = defined({
    shares: limits.cpuShares,
    period: limits.cpuPeriod,
    quota: limits.cpuQuota,
    cpus: limits.cpusetCpus,
    mems: limits.cpusetMems,
  });
  const bytes = defined({
    limit: memory,
    swap: hasSwap ? swap : undefined,
    reservation: memoryReservation,
  });
  return defined({
    memory: isEmpty(bytes) ? undefined : bytes,
    cpu: isEmpty(cpu) ? undefined : cpu,
    pids: pids === undefined ? undefined : { limit: pids },
  });
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(values: T): Defined<T> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Defined<T>;
}

function isEmpty(values: object): boolean {
  return Object.keys(values).length === 0;
}
