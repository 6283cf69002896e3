export { type DelegationReport, reportDelegation } from './cgroups/index.ts';
export {
  type Emulation,
  type Emulator,
  emulationFor,
  emulators,
  isStaticProgram,
  runnablePlatforms,
} from './emulation/index.ts';
export { runForeground } from './foreground.ts';
export { type IsolationReport, parseIsolation, probeIsolations } from './isolation/index.ts';
export { refusedNamespaces } from './oci/index.ts';
export { describeRuntime, openRuntime, type RuntimeDescription } from './open-runtime.ts';
export * from './process/index.ts';
