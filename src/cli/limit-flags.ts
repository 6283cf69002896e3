/** Flags for control groups: the same for containers and RUN steps. */
import { availableParallelism } from 'node:os';
import type { ResourceLimits } from '../api/index.ts';
import { AppError } from '../errors.ts';
import type { FlagTable, FlagValues } from './flags.ts';
import { badValue, byteSize } from './values.ts';

/** What the runtime itself needs before the process starts. */
const LEAST_MEMORY = 6 * 1024 * 1024;
/** The kernel's minimum, in microseconds. */
const LEAST_CPU_TIME = 1000;
const USUAL_CPU_PERIOD = 100_000;

/** @param group heading in the help */
export function limitFlags(group: string) {
  return {
    memory: { kind: 'text', short: 'm', value: 'size', group, help: 'memory limit, such as 512m' },
    'memory-swap': {
      kind: 'text',
      value: 'size',
      group,
      help: 'limit of memory plus swap; -1 for unlimited (default: twice --memory)',
    },
    'cpu-shares': {
      kind: 'number',
      short: 'c',
      group,
      help: 'CPU shares: relative weight (default: 1024)',
    },
    'cpu-period': {
      kind: 'number',
      value: 'µs',
      group,
      help: 'period of --cpu-quota',
    },
    'cpu-quota': { kind: 'number', value: 'µs', group, help: 'CPU time per period' },
    'cpuset-cpus': { kind: 'text', value: '0-2,4', group, help: 'CPUs that processes may use' },
    'cpuset-mems': {
      kind: 'text',
      value: '0-1',
      group,
      help: 'memory nodes that processes may use',
    },
    'cgroup-parent': { kind: 'text', value: 'path', group, help: 'parent cgroup' },
  } as const satisfies FlagTable;
}

type LimitValues = FlagValues<ReturnType<typeof limitFlags>>;

/** Limits that only `docker run` takes. */
export interface ContainerLimitValues {
  readonly 'memory-reservation'?: string | undefined;
  readonly cpus?: string | undefined;
  readonly 'pids-limit'?: string | undefined;
}

/** @throws AppError CLI_FLAG_VALUE, CLI_USAGE */
export function resourceLimits(flags: LimitValues & ContainerLimitValues): ResourceLimits {
  const memory = memoryLimit(flags.memory);
  const { period, quota } = cpuTime(flags);
  return {
    memory,
    memorySwap: swapLimit(flags['memory-swap'], memory),
    memoryReservation: reservation(flags['memory-reservation'], memory),
    cpuShares: flags['cpu-shares'],
    cpuPeriod: period,
    cpuQuota: quota,
    cpusetCpus: numberRanges('cpuset-cpus', flags['cpuset-cpus']),
    cpusetMems: numberRanges('cpuset-mems', flags['cpuset-mems']),
    pids: processLimit(flags['pids-limit']),
  };
}

function size(name: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : byteSize(text, `--${name}`);
}

function memoryLimit(text: string | undefined): number | undefined {
  const bytes = size('memory', text);
  // As with Docker, 0 is no limit.
  if (text === undefined || bytes === undefined || bytes === 0) return undefined;
  if (bytes < LEAST_MEMORY) throw badValue('--memory', text, 'at least 6m');
  return bytes;
}

function reservation(text: string | undefined, memory: number | undefined): number | undefined {
  const bytes = size('memory-reservation', text);
  if (text === undefined || bytes === undefined || bytes === 0) return undefined;
  if (bytes < LEAST_MEMORY) throw badValue('--memory-reservation', text, 'at least 6m');
  if (memory !== undefined && bytes > memory) {
    throw badValue('--memory-reservation', text, 'at most --memory');
  }
  return bytes;
}

function swapLimit(text: string | undefined, memory: number | undefined): number | undefined {
  if (text === undefined || text === '0') return undefined;
  if (memory === undefined) {
    throw new AppError('CLI_USAGE', '--memory-swap needs --memory', {
      hint: 'it limits memory plus swap: set both',
    });
  }
  const bytes = text === '-1' ? -1 : byteSize(text, '--memory-swap');
  if (bytes >= 0 && bytes < memory) throw badValue('--memory-swap', text, 'at least --memory');
  return bytes;
}

function cpuTime(flags: LimitValues & ContainerLimitValues): {
  readonly period?: number | undefined;
  readonly quota?: number | undefined;
} {
  const { cpus, 'cpu-period': period, 'cpu-quota': quota } = flags;
  if (cpus === undefined) {
    for (const [name, value] of Object.entries({ 'cpu-period': period, 'cpu-quota': quota })) {
      if (value !== undefined && value !== 0 && value < LEAST_CPU_TIME) {
        throw badValue(`--${name}`, String(value), `at least ${LEAST_CPU_TIME} (microseconds)`);
      }
    }
    return { period: period || undefined, quota: quota || undefined };
  }
  if (period !== undefined || quota !== undefined) {
    throw new AppError('CLI_USAGE', '--cpus cannot be used with --cpu-period or --cpu-quota', {
      hint: '--cpus 1.5 is the same as --cpu-period 100000 --cpu-quota 150000',
    });
  }
  const count = /^\d*\.?\d+$/.test(cpus) ? Number(cpus) : Number.NaN;
  const available = availableParallelism();
  if (count === 0) return {};
  if (!(count >= LEAST_CPU_TIME / USUAL_CPU_PERIOD && count <= available)) {
    throw badValue('--cpus', cpus, `a number from 0.01 to ${available}, the CPUs of this machine`);
  }
  return { period: USUAL_CPU_PERIOD, quota: Math.round(count * USUAL_CPU_PERIOD) };
}

function numberRanges(name: string, text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(text)) return text;
  throw badValue(`--${name}`, text, 'numbers and ranges, such as 0-2,4');
}

function processLimit(text: string | undefined): number | undefined {
  if (text === undefined || text === '0') return undefined;
  if (/^(-1|\d{1,9})$/.test(text)) return Number(text);
  throw badValue('--pids-limit', text, 'a number, or -1 for no limit');
}
