import { readFileSync } from 'node:fs';
import { hasCapability, ownCapabilities } from './linux-capabilities.ts';

/** Whether this process may lock any amount of memory: crun demands that for its filter of devices in cgroup v2. */
export function canLockMemory(): boolean {
  if (hasCapability(ownCapabilities(), 'SYS_RESOURCE')) return true;
  return /^Max locked memory +\S+ +unlimited/m.test(readFileSync('/proc/self/limits', 'utf8'));
}
