/** A file of its own because the build of the command puts the package itself in its place. */
import { createRequire } from 'node:module';

export function requireLmdb(): typeof import('lmdb') {
  return createRequire(import.meta.url)('lmdb') as typeof import('lmdb');
}
