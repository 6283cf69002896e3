/** What commands about signatures share. */
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { readFailure, readRegularFile } from '../system/index.ts';
import type { FlagTable } from './flags.ts';

export const SIGNED_IMAGE = 'IMAGE is a name in a registry, best with a digest.';

export const signatureFlags = {
  key: { kind: 'text', value: 'file', help: 'the key, as PEM; env://NAME: a variable has it' },
  annotations: { kind: 'list', short: 'a', value: 'name=value', help: 'what the signature says' },
} as const satisfies FlagTable;

const VARIABLE = 'env://';
/** Bytes. */
const LARGEST_KEY = 1 << 16;

/** The text of the key. @throws AppError CLI_USAGE, SIGNATURE_KEY_INVALID */
export function keyText(key: string | undefined, env: Environment): string {
  if (key === undefined || key === '') {
    throw new AppError('CLI_USAGE', 'a signature needs a key', {
      expected: '--key FILE',
      hint: 'lamina signs with keys only, not with identities of Sigstore',
    });
  }
  if (!key.startsWith(VARIABLE)) return fileText(key);
  const name = key.slice(VARIABLE.length);
  const text = env[name];
  if (text !== undefined) return text;
  throw new AppError('SIGNATURE_KEY_INVALID', `the variable ${name} has no key: it is not set`);
}

function fileText(path: string): string {
  if (/^(?:awskms|azurekms|gcpkms|hashivault|k8s|pkcs11|gitlab|github):\/\//.test(path)) {
    throw new AppError('CLI_USAGE', `keys at '${path}' are not supported`, {
      expected: 'a file, or env://NAME',
    });
  }
  try {
    return readRegularFile(path, { limit: LARGEST_KEY }).toString('latin1');
  } catch (cause) {
    const reason = readFailure(cause);
    if (reason === undefined) throw cause;
    throw new AppError('SIGNATURE_KEY_INVALID', `the key '${path}' cannot be read: ${reason}`, {
      cause,
    });
  }
}
