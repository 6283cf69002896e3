export { COVERED_DIRECTORIES } from './container-view.ts';
export { hostsFile, readHostResolvFile, resolvFile } from './etc-files.ts';
export { resolveHosts } from './extra-hosts.ts';
export { hostDevices } from './host-devices.ts';
export { ISOLATIONS, type Isolation, type IsolationChoice } from './isolation.ts';
export {
  capabilities,
  capabilityMask,
  capabilityName,
  capabilityNumber,
  copiedFlavour,
  hasCapability,
  ownCapabilities,
} from './linux-capabilities.ts';
export { canLockMemory } from './locked-memory.ts';
export { isMountFailure } from './mount-failure.ts';
export { ociProcess } from './oci-process.ts';
export type * from './oci-types.ts';
export { type ProcessRequest, prepareProcess, type WantedMount } from './prepare.ts';
export { PRIVATE_ADDRESSES } from './private-address.ts';
export {
  explainedStart,
  type ProgramContext,
  programContext,
  programFault,
} from './program-fault.ts';
export { reservedTarget } from './reserved-targets.ts';
export type { ResourceLimits } from './resource-limits.ts';
export * from './runtime.ts';
export * from './spec.ts';
export { notExecutable, notFound, notStarted, wrongFormat } from './start-errors.ts';
