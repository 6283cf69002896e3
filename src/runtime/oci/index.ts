export { findOciProgram } from './find-oci-program.ts';
export { OciRuntime } from './oci-runtime.ts';
export { refusedNamespaces } from './privileges.ts';
