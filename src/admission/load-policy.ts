/** Reads a policy, and the keys that it names. */
import { dirname, resolve } from 'node:path';
import { AppError } from '../errors.ts';
import { decodePolicy, type Policy } from '../policy/index.ts';
import { readFailure, readRegularFile } from '../system/index.ts';

/** Bytes. */
const LARGEST = 1 << 20;

/** @throws AppError POLICY_INVALID, SIGNATURE_KEY_INVALID */
export function loadPolicy(path: string): Policy {
  // Keys are beside the policy, so that both can be moved together.
  const keyAt = (key: string) => read(resolve(dirname(path), key), `its key '${key}'`);
  return decodePolicy({ name: `'${path}'`, text: read(path, 'it'), keyAt });

  function read(file: string, what: string): string {
    try {
      return readRegularFile(file, { limit: LARGEST }).toString();
    } catch (cause) {
      const reason = readFailure(cause);
      if (reason === undefined) throw cause;
      throw new AppError(
        'POLICY_INVALID',
        `the policy '${path}' cannot be used: ${what} cannot be read: ${reason}`,
        { cause },
      );
    }
  }
}
