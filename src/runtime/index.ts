export { capabilityName } from './capabilities.ts';
export {
  type Emulation,
  emulationFor,
  isStaticProgram,
  runnablePlatforms,
} from './emulation/index.ts';
export { findProgram } from './find-program.ts';
export { findRuntime, type Runtime } from './find-runtime.ts';
export { type ForegroundOptions, runForeground } from './foreground.ts';
export { hostDevices } from './host-devices.ts';
export { isMountFailure } from './mount-failure.ts';
export { type MountStubs, type MountTarget, mountStubs } from './mount-stubs.ts';
export { type OciHost, ociSpec } from './oci-spec.ts';
export { type ProcessRequest, prepareProcess, type WantedMount } from './prepare.ts';
export { refusedNamespaces, requirePrivileges } from './privileges.ts';
export {
  explainedStart,
  type ProgramContext,
  programContext,
  programFault,
} from './program-fault.ts';
export { reservedTarget } from './reserved-targets.ts';
export { type ResolvedUser, resolveUser } from './resolve-user.ts';
export type { ResourceLimits } from './resource-limits.ts';
export { type RunOptions, Sandbox, type SandboxOptions } from './sandbox.ts';
export * from './spec.ts';
