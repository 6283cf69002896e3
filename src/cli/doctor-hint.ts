/** Errors whose cause is this machine, for which `lamina doctor` knows more. */
import { AppError } from '../errors.ts';

type ErrorCode = AppError['code'];

const OF_MACHINE: ReadonlySet<ErrorCode> = new Set([
  'BASE_NO_SUBORDINATE_IDS',
  'BASE_TOOL_MISSING',
  'EMULATOR_MISSING',
  'GIT_MISSING',
  'RUNTIME_LIMITS',
  'RUNTIME_MISSING',
  'RUNTIME_MOUNT_FAILED',
  'RUNTIME_ISOLATION',
  'RUNTIME_NETWORK_TOOL',
  'RUNTIME_NO_ISOLATION',
  'RUNTIME_NO_NAMESPACES',
  'RUNTIME_TOOLS_MISSING',
  'RUNTIME_UNUSABLE',
  'STORE_DISK_FULL',
  'STORE_FOREIGN',
  'STORE_READ_ONLY',
  'STORE_UNWRITABLE',
  'STORE_VERSION',
] satisfies ErrorCode[]);

const OF_REGISTRY: ReadonlySet<ErrorCode> = new Set(['REGISTRY_UNREACHABLE'] satisfies ErrorCode[]);

/** The hint to run `lamina doctor`; undefined where it would not help. */
export function doctorFor({ code, cause }: AppError): string | undefined {
  // An image that is not here, since its registry cannot be reached.
  if (OF_REGISTRY.has(code) || (cause instanceof AppError && OF_REGISTRY.has(cause.code))) {
    return 'run `lamina doctor REGISTRY` to try its servers one by one';
  }
  return OF_MACHINE.has(code)
    ? 'run `lamina doctor` to see what works on this machine, and how to mend the rest'
    : undefined;
}
