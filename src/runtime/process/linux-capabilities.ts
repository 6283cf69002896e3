/** Linux capabilities by number. */
import { readFileSync } from 'node:fs';
import { AppError } from '../../errors.ts';
import { nearestName } from '../../nearest-name.ts';
import type { XattrFlavour } from '../../system/index.ts';

const NAMES: readonly string[] = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
];

/** Capabilities of root in a sandboxed step. */
const SANDBOX: ReadonlySet<string> = new Set([
  'CHOWN',
  'DAC_OVERRIDE',
  'FSETID',
  'FOWNER',
  'MKNOD',
  'NET_RAW',
  'SETGID',
  'SETUID',
  'SETFCAP',
  'SETPCAP',
  'NET_BIND_SERVICE',
  'SYS_CHROOT',
  'KILL',
  'AUDIT_WRITE',
]);

/** Capabilities of root in a process. */
export interface WantedCapabilities {
  readonly security: 'sandbox' | 'insecure';
  /** `NET_ADMIN`, or `ALL`. */
  readonly added: readonly string[];
  readonly dropped: readonly string[];
}

/**
 * The capabilities of a process: those of its security mode that the runner has itself (inside another container some
 * are missing, and a runtime cannot grant those). As with Docker, `ALL` is applied before single names, and additions
 * before drops.
 * @param available a bit mask, bit n for capability n
 * @throws AppError RUNTIME_CAPABILITY_MISSING when an added name is not available on this machine
 */
export function capabilities(wanted: WantedCapabilities, available: bigint): string[] {
  const { security, added, dropped } = wanted;
  const has = (name: string) => hasCapability(available, name);
  const missing = added.find((name) => name !== 'ALL' && !has(name));
  if (missing !== undefined) {
    throw new AppError(
      'RUNTIME_CAPABILITY_MISSING',
      `lamina itself does not have the capability ${missing}`,
      {
        hint: 'inside a container, start that container with more privileges',
      },
    );
  }
  const allowed = NAMES.filter((name) => {
    if (!has(name)) return false;
    if (security === 'insecure' || added.includes(name)) return true;
    if (dropped.includes(name)) return false;
    return added.includes('ALL') || (SANDBOX.has(name) && !dropped.includes('ALL'));
  });
  return allowed.map((name) => `CAP_${name}`);
}

/**
 * Normalises a name as people write it, `net_admin` or `CAP_NET_ADMIN`.
 * @throws AppError CONTAINER_CAPABILITY
 */
export function capabilityName(text: string): string {
  const name = text.toUpperCase().replace(/^CAP_/, '');
  if (name === 'ALL' || NAMES.includes(name)) return name;
  const near = nearestName(name, NAMES);
  throw new AppError('CONTAINER_CAPABILITY', `unknown capability '${text}'`, {
    expected: 'a name from capabilities(7), such as NET_ADMIN, or ALL',
    hint: near === undefined ? undefined : `did you mean ${near}?`,
  });
}

/** @param name as in OCI specifications: `CAP_NET_ADMIN` */
export function capabilityNumber(name: string): number {
  return NAMES.indexOf(name.replace(/^CAP_/, ''));
}

/** Whether a bit mask has the capability of this name, such as `SYS_ADMIN`. */
export function hasCapability(mask: bigint, name: string): boolean {
  return ((mask >> BigInt(NAMES.indexOf(name))) & 1n) === 1n;
}

/** Reads a capability mask (`CapPrm`, `CapBnd`) out of the text of /proc/<pid>/status. */
export function capabilityMask(status: string, field: string): bigint {
  const hex = new RegExp(`^${field}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1];
  return hex === undefined ? 0n : BigInt(`0x${hex}`);
}

/** Those of this process, bit n for capability n; none where the kernel does not tell. */
export function ownCapabilities(): bigint {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return capabilityMask(status, 'CapEff') & capabilityMask(status, 'CapBnd');
  } catch {
    return 0n;
  }
}

/** How copies of layers mark opaque directories: overlayfs's own attributes need a capability. */
export function copiedFlavour(capabilities: bigint): XattrFlavour {
  return hasCapability(capabilities, 'SYS_ADMIN') ? 'trusted' : 'user';
}
