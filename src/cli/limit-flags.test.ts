import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { parseFlags } from './flags.ts';
import { limitFlags, resourceLimits } from './limit-flags.ts';

const table = {
  ...limitFlags('Limits'),
  'memory-reservation': { kind: 'text', help: '' },
  cpus: { kind: 'text', help: '' },
  'pids-limit': { kind: 'text', help: '' },
} as const;

function limitsOf(line: string) {
  const { flags } = parseFlags(table, line.split(' '), { command: 'lamina run' });
  const given = Object.entries(resourceLimits(flags)).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

const MEGABYTE = 1024 * 1024;

describe('limits', () => {
  it.each([
    ['-m 64m', { memory: 64 * MEGABYTE }],
    ['--memory 64m --memory-swap 100m', { memory: 64 * MEGABYTE, memorySwap: 100 * MEGABYTE }],
    ['--memory 1g --memory-swap -1', { memory: 1024 * MEGABYTE, memorySwap: -1 }],
    ['--memory 0 --memory-swap 0', {}],
    ['--memory-reservation 32m', { memoryReservation: 32 * MEGABYTE }],
    [
      '--memory 64m --memory-reservation 64m',
      { memory: 64 * MEGABYTE, memoryReservation: 64 * MEGABYTE },
    ],
    ['--memory 64m --memory-reservation 0', { memory: 64 * MEGABYTE }],
    ['--cpus .5', { cpuPeriod: 100_000, cpuQuota: 50_000 }],
    ['--cpus 0', {}],
    ['-c 512', { cpuShares: 512 }],
    ['--cpu-period 50000 --cpu-quota 25000', { cpuPeriod: 50_000, cpuQuota: 25_000 }],
    ['--cpuset-cpus 0-2,4 --cpuset-mems 0', { cpusetCpus: '0-2,4', cpusetMems: '0' }],
    ['--pids-limit 20', { pids: 20 }],
    ['--pids-limit -1', { pids: -1 }],
    ['--pids-limit 0', {}],
  ])('%s', (line, expected) => {
    expect(limitsOf(line)).toEqual(expected);
  });

  it.each([
    ['--memory 4m', 'at least 6m'],
    ['--memory lots', 'a size such as 64m'],
    ['--memory 64m --memory-swap 32m', 'at least --memory'],
    ['--memory 64m --memory-reservation 65m', 'at most --memory'],
    ['--memory-reservation 4m', 'at least 6m'],
    ['--cpus -1', 'a number from 0.01'],
    [`--cpus ${availableParallelism() + 1}`, 'the CPUs of this machine'],
    ['--cpu-quota 10', 'at least 1000'],
    ['--cpuset-cpus all', 'numbers and ranges'],
    ['--pids-limit many', 'a number, or -1'],
  ])('%s is refused', (line, expected) => {
    const refused = { code: 'CLI_FLAG_VALUE', expected: expect.stringContaining(expected) };
    expect(() => limitsOf(line)).toThrow(expect.objectContaining(refused));
  });

  it.each([
    ['--memory-swap 1g', '--memory-swap needs --memory'],
    ['--cpus 1 --cpu-quota 5000', '--cpus cannot be used with'],
  ])('%s contradicts itself', (line, message) => {
    const refused = { code: 'CLI_USAGE', message: expect.stringContaining(message) };
    expect(() => limitsOf(line)).toThrow(expect.objectContaining(refused));
  });
});
