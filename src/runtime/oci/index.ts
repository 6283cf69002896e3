export { findOciProgram } from './find-oci-program.ts';
export { refusedNamespaces } from './privileges.ts';
export { type SandboxIsolation, SandboxRuntime } from './sandbox-runtime.ts';
