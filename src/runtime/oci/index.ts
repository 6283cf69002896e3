export { findOciProgram } from './find-oci-program.ts';
export { refusedNamespaces } from './privileges.ts';
export { SandboxRuntime } from './sandbox-runtime.ts';
